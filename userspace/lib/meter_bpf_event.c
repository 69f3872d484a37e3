// SPDX-License-Identifier: GPL-2.0
/*
 * Events of the bpf driver: two rings that the programs fill, and a queue of
 * what this process did itself.  One descriptor stands for both and for the
 * watch on devices.
 *
 * A ring has one reader, so only who owns the meter, or anybody while nobody
 * does, may read events.  It would be told of its own ownership only, so
 * TS_EVENT_OWNER is never raised here.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <bpf/libbpf.h>
#include "lib/meter_bpf.h"

/* More wait only while nobody reads; then everything must be looked at anyway. */
#define QUEUE_MAX 4096

/**
 * ts_bpf_event_queue() - an event of this process's own making
 * @b: the meter
 * @ev: copied; its time is set here
 */
void ts_bpf_event_queue(struct ts_bpf *b, const struct ts_meter_event *ev)
{
	struct ts_meter_event *grown;
	const uint64_t one = 1;

	if (b->epoll < 0)
		return;
	if (b->n_queue == b->queue_size) {
		grown = b->n_queue < QUEUE_MAX ?
			realloc(b->queue, (b->queue_size + 64) * sizeof(*grown)) : NULL;
		if (!grown) {
			b->lost = true;
			return;
		}
		b->queue = grown;
		b->queue_size += 64;
	}
	b->queue[b->n_queue] = *ev;
	b->queue[b->n_queue++].time_ns = ts_bpf_clock_boot_ns();
	if (write(b->wake, &one, sizeof(one)) < 0)
		b->lost = true;
}

/* Where ring records go while they are read. */
struct reading {
	void (*cb)(const struct ts_meter_event *ev, void *arg);
	void *arg;
	int n;
};

/* The rings want their context at creation; a meter is read by one thread. */
static __thread struct reading reading;

static int ring_event(void *ctx, void *data, size_t size)
{
	const struct ts_ring_event *in = data;
	struct ts_meter_event ev = { };

	if (size < sizeof(*in) || !reading.cb)
		return 0;
	ev.type = in->type;
	ev.time_ns = in->time_ns;
	ev.account_id = in->account_id;
	ev.epoch = in->epoch;
	ev.granted_units = in->granted;
	ev.charged_units = in->charged;
	ev.ifindex = in->ifindex;
	ts_bpf_key_from_line(in->a, in->zone, &ev.key);
	reading.cb(&ev, reading.arg);
	reading.n++;
	return 0;
}

static int watch(struct ts_bpf *b, int fd)
{
	struct epoll_event ev = { .events = EPOLLIN };

	if (fd < 0)
		return fd;
	return epoll_ctl(b->epoll, EPOLL_CTL_ADD, fd, &ev) ? -errno : 0;
}

void ts_bpf_event_close(struct ts_bpf *b)
{
	ring_buffer__free(b->money);
	ring_buffer__free(b->hints);
	b->money = b->hints = NULL;
	if (b->pins >= 0)
		close(b->pins);
	if (b->wake >= 0)
		close(b->wake);
	if (b->epoll >= 0)
		close(b->epoll);
	b->pins = b->wake = b->epoll = -1;
	free(b->queue);
	b->queue = NULL;
	b->n_queue = b->queue_size = 0;
}

static int open_all(struct ts_bpf *b)
{
	int ret;

	b->epoll = epoll_create1(EPOLL_CLOEXEC);
	b->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (b->epoll < 0 || b->wake < 0)
		return -errno;
	b->money = ring_buffer__new(b->map[TS_MAP_MONEY], ring_event, NULL, NULL);
	b->hints = b->money ? ring_buffer__new(b->map[TS_MAP_HINTS], ring_event, NULL, NULL)
			    : NULL;
	if (!b->hints)
		return -errno;
	ret = watch(b, b->wake);
	if (!ret)
		ret = watch(b, ring_buffer__epoll_fd(b->money));
	if (!ret)
		ret = watch(b, ring_buffer__epoll_fd(b->hints));
	if (!ret)
		ret = watch(b, ts_bpf_device_watch(b));
	if (!ret && b->owned)
		ret = watch(b, ts_bpf_pin_watch(b));
	return ret;
}

int ts_bpf_event_fd(struct ts_meter *m)
{
	struct ts_bpf *b = ts_bpf(m);
	int ret;

	if (b->epoll >= 0)
		return b->epoll;
	ret = ts_bpf_lock(b);
	if (ret)
		return ret;
	ret = open_all(b);
	ts_bpf_unlock(b);
	if (!ret)
		return b->epoll;
	ts_bpf_event_close(b);
	return ts_meter_fail(m, ret, "cannot listen to events: %s", strerror(-ret));
}

static int read_queue(struct ts_bpf *b, struct reading *r)
{
	struct ts_meter_event *queue = b->queue;
	size_t n = b->n_queue, i;
	uint64_t count;

	/* The callback may use the meter and so queue more: a list of its own. */
	b->queue = NULL;
	b->n_queue = b->queue_size = 0;
	if (read(b->wake, &count, sizeof(count)) < 0 && errno != EAGAIN) {
		free(queue);
		return -errno;
	}
	for (i = 0; i < n; i++)
		r->cb(&queue[i], r->arg);
	free(queue);
	return (int)n;
}

int ts_bpf_event_read(struct ts_meter *m, void (*cb)(const struct ts_meter_event *, void *),
		      void *arg)
{
	struct ts_bpf *b = ts_bpf(m);
	uint64_t lost;
	int ret;

	ret = ts_bpf_event_fd(m);
	if (ret < 0)
		return ret;
	lost = ts_load(&b->meta->money_lost);
	reading = (struct reading){ .cb = cb, .arg = arg };
	ret = ring_buffer__consume(b->money);
	if (ret >= 0)
		ret = ring_buffer__consume(b->hints);
	if (ret < 0)
		return ts_meter_fail(m, ret, "reading events: %s", strerror(-ret));
	ret = read_queue(b, &reading);
	if (ret < 0)
		return ts_meter_fail(m, ret, "reading events: %s", strerror(-ret));
	ret += reading.n;
	if (lost != b->meta->driver[TS_FACT_MONEY_LOST_TOLD] || b->lost) {
		b->meta->driver[TS_FACT_MONEY_LOST_TOLD] = lost;
		b->lost = false;
		return ts_meter_fail(m, -ENOBUFS,
				     "events were lost: look at every account and port again");
	}
	return ret;
}
