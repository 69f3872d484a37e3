// SPDX-License-Identifier: GPL-2.0
/*
 * loop.c - what wakes the daemon, and the order of a turn.
 *
 * A turn: datagrams, requests and events of the meter change billing's state;
 * then, before the loop sleeps, one flush commits all of it and lets the
 * effects out; then the portal writes what was answered.  Nothing polls to
 * enforce: the second's tick is for rates, checkpoints and the watch over what
 * others may have taken away.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/event.h"
#include "tsd/bypass.h"
#include "tsd/daemon.h"
#include "tsd/https.h"
#include "tsd/log.h"
#include "tsd/payout.h"
#include "tsd/ready.h"
#include "tsd/selftest.h"

#define BYPASS_NS	(60 * 1000000000ull)

static void on_before_sleep(struct ev_loop *loop, ev_prepare *w, int revents)
{
	struct ts_daemon *d = w->data;
	uint64_t deadline_ns, now_ns;

	ts_chain_before_flush(d->chain);
	ts_effects_flush(d);
	ts_chain_after_flush(d->chain);
	ts_mirrors_after_flush(d->mirrors);
	ts_roams_after_flush(d->roams);
	ts_relaying_flush(d->relaying);
	deadline_ns = ts_billing_deadline(d->billing);
	ev_timer_stop(loop, &d->wake);
	if (deadline_ns == UINT64_MAX)
		return;
	now_ns = ts_clock_boot_ns();
	ev_timer_set(&d->wake, deadline_ns > now_ns ?
		     (double)(deadline_ns - now_ns) / 1e9 : 0, 0);
	ev_timer_start(loop, &d->wake);
}

/* The flush is done before the loop sleeps again. */
static void on_wake(struct ev_loop *loop, ev_timer *w, int revents)
{
}

/** ts_loop_wake() - have a flush soon, whatever else happens */
void ts_loop_wake(struct ts_daemon *d)
{
	ev_timer_stop(d->loop, &d->wake);
	ev_timer_set(&d->wake, 0, 0);
	ev_timer_start(d->loop, &d->wake);
}

static void self_test(struct ts_daemon *d)
{
	bool nf_tried = false;
	unsigned int i;
	int ret = 0;

	d->selftest[0] = '\0';
	for (i = 0; i < d->ports.n_attached && !ret; i++) {
		if (d->ports.attached[i].meter != TS_METER_NF)
			ret = ts_selftest_port(&d->ports.attached[i], d->selftest,
					       sizeof(d->selftest));
		else if (!nf_tried)
			ret = ts_selftest_nf(d->meter, d->selftest,
					     sizeof(d->selftest));
		nf_tried |= d->ports.attached[i].meter == TS_METER_NF;
	}
	if (ret)
		ts_log(TS_LOG_ERROR, "self-test: %s", d->selftest);
	else
		d->selftest[0] = '\0';
}

/* Somebody may have set up a shaper, or another firewall. */
static void look_for_bypasses(struct ts_daemon *d)
{
	bool heard = d->gate && ts_gate_flowtables(d->gate);
	uint64_t now_ns = ts_clock_boot_ns();

	if (!heard && !d->ports.changed && d->bypass_ns && now_ns - d->bypass_ns < BYPASS_NS)
		return;
	d->bypass_ns = now_ns;
	ts_bypass_look(d);
}

/**
 * ts_loop_look() - which devices are metered now?
 * @d: the daemon
 *
 * Others than before: the gate opens for them, and the datapath is tried.  It stays
 * shut where frames would pass unmetered.
 */
void ts_loop_look(struct ts_daemon *d)
{
	uint32_t metered[TS_GATE_METERED_MAX];
	unsigned int n;

	if (ts_ports_look(&d->ports))
		ts_log(TS_LOG_ERROR, "ports: %s", d->ports.fault);
	look_for_bypasses(d);
	n = ts_ports_indexes(&d->ports, metered, TS_GATE_METERED_MAX);
	if (d->gate && ts_gate_metered(d->gate, metered, n))
		ts_log(TS_LOG_ERROR, "gate: %s", ts_gate_fault(d->gate));
	if (n == d->n_tested && !memcmp(metered, d->tested, n * sizeof(*metered)))
		return;
	memcpy(d->tested, metered, n * sizeof(*metered));
	d->n_tested = n;
	ts_log(TS_LOG_INFO, "ports: %u open, %u refused", n, d->ports.n_refused);
	self_test(d);
}

/* What is wrong is said once, and again when it is something else. */
static void note_fault(struct ts_daemon *d, const char *fault)
{
	if (!strcmp(d->meter_fault, fault))
		return;
	snprintf(d->meter_fault, sizeof(d->meter_fault), "%s", fault);
	if (*fault)
		ts_log(TS_LOG_ERROR, "meter: %s", fault);
	else
		ts_log(TS_LOG_INFO, "meter: all is well again");
}

/*
 * Nothing is metered any more, and so nothing passes: the gate wants stamps, and
 * from now on closes every port downward, too.
 */
static void lose_meter(struct ts_daemon *d, const struct ts_time *now)
{
	d->meter_lost = true;
	note_fault(d, ts_meter_error(d->meter));
	ts_log(TS_LOG_ERROR, "meter: it is gone with all accounts; they are settled, and what is unspent waits for it to be back");
	ev_io_stop(d->loop, &d->meter_io);
	ts_billing_meter_lost(d->billing, now);
	ts_relaying_meter_lost(d->relaying);
	ts_loop_look(d);
}

static void renew_meter(struct ts_daemon *d, const struct ts_time *now)
{
	char err[TS_CONFIG_ERROR_SIZE];
	int fd;

	if (ts_meter_renew(d->meter)) {
		note_fault(d, ts_meter_error(d->meter));
		return;
	}
	fd = ts_meter_event_fd(d->meter);
	if (fd < 0) {
		note_fault(d, ts_meter_error(d->meter));
		return;
	}
	if (ts_ports_claim(&d->ports, d->config, err, sizeof(err))) {
		note_fault(d, err);
		return;
	}
	if (ts_billing_meter_back(d->billing, now)) {
		note_fault(d, ts_billing_error(d->billing));
		return;
	}
	d->meter_lost = false;
	ev_io_set(&d->meter_io, fd, EV_READ);
	ev_io_start(d->loop, &d->meter_io);
	ts_loop_look(d);
	note_fault(d, "");
}

static void maintain(struct ts_daemon *d, const struct ts_time *now)
{
	int ret = ts_meter_maintain(d->meter);

	if (ret == -ENOTCONN) {
		lose_meter(d, now);
		return;
	}
	if (ret > 0)
		ts_log(TS_LOG_WARN, "meter: %s", ts_meter_error(d->meter));
	note_fault(d, ret < 0 ? ts_meter_error(d->meter) : "");
}

/** struct batch - what one reading of the events brought */
struct batch {
	struct ts_daemon *d;
	struct ts_time now;
	bool ports;
};

static void log_event(const struct ts_meter_event *ev, uint64_t now_ns)
{
	if (!ts_log_wants(TS_LOG_DEBUG))
		return;
	ts_log_fields(TS_LOG_DEBUG, ts_event_name(ev->type),
		json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}",
			  "account", (json_int_t)ev->account_id,
			  "epoch", (json_int_t)ev->epoch,
			  "granted_units", (json_int_t)ev->granted_units,
			  "charged_units", (json_int_t)ev->charged_units,
			  "raised_ns", (json_int_t)ev->time_ns,
			  "handled_ns", (json_int_t)now_ns));
}

static void on_event(const struct ts_meter_event *ev, void *arg)
{
	struct batch *b = arg;

	if (ev->type == TS_EVENT_LOW || ev->type == TS_EVENT_EXHAUSTED)
		ts_lag_add(&b->d->event_lag, ev->time_ns, b->now.boot_ns);
	log_event(ev, b->now.boot_ns);
	ts_control_event(b->d->control, ev);
	if (ev->type == TS_EVENT_PORT_ATTACHED || ev->type == TS_EVENT_PORT_GONE) {
		b->ports = true;
		ts_log(TS_LOG_INFO, "port %s: %s", ev->ifname,
		       ev->type == TS_EVENT_PORT_ATTACHED ? "metered" :
							    "gone, or its meter is");
	}
	ts_billing_meter_event(b->d->billing, ev, &b->now);
}

static void on_meter(struct ev_loop *loop, ev_io *w, int revents)
{
	struct batch b = { .d = w->data };
	int ret;

	ts_clock_now(&b.now);
	ret = ts_meter_event_read(b.d->meter, on_event, &b);
	if (ret == -ENOBUFS) {
		ts_log(TS_LOG_WARN, "meter: events were lost; all accounts are looked at");
		ts_billing_meter_rescan(b.d->billing, &b.now);
		ts_control_lost(b.d->control);
		b.ports = true;
	} else if (ret < 0) {
		ts_log(TS_LOG_ERROR, "meter: %s", ts_meter_error(b.d->meter));
	}
	maintain(b.d, &b.now);
	if (b.ports)
		ts_loop_look(b.d);
}

static void on_tick(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct ts_daemon *d = w->data;
	struct ts_time now;

	ts_clock_now(&now);
	if (d->meter_lost)
		renew_meter(d, &now);
	else
		maintain(d, &now);
	if (!d->meter_lost)
		ts_loop_look(d);
	ts_billing_tick(d->billing, &now);
	ts_payouts_tick(d, &now);
	ts_relaying_tick(d->relaying);
	ts_https_look(d);
	ts_watching_tick(d->watching);
	ts_ready_alive();
}

static void on_hup(struct ev_loop *loop, ev_signal *w, int revents)
{
	struct ts_daemon *d = w->data;
	char err[TS_CONFIG_ERROR_SIZE];

	if (ts_daemon_reload(d, err, sizeof(err)))
		ts_log(TS_LOG_ERROR, "reload refused, nothing has changed: %s", err);
	else
		ts_log(TS_LOG_INFO, "reloaded %s", d->config->path);
}

static void on_stop(struct ev_loop *loop, ev_signal *w, int revents)
{
	ev_break(loop, EVBREAK_ALL);
}

static void watch_signal(struct ts_daemon *d, ev_signal *w, int number,
			 void (*cb)(struct ev_loop *, ev_signal *, int))
{
	ev_signal_init(w, cb, number);
	w->data = d;
	ev_signal_start(d->loop, w);
}

/**
 * ts_loop_start() - watch everything; all parts of the daemon are there
 * @d: the daemon
 * @err: on failure one line for people
 * @err_size: room in @err
 *
 * Return: 0 or negative errno.
 */
int ts_loop_start(struct ts_daemon *d, char *err, size_t err_size)
{
	int fd = ts_meter_event_fd(d->meter);

	if (fd < 0) {
		snprintf(err, err_size, "events of the meter: %s",
			 ts_meter_error(d->meter));
		return fd;
	}
	ev_io_init(&d->meter_io, on_meter, fd, EV_READ);
	d->meter_io.data = d;
	ev_set_priority(&d->meter_io, EV_MAXPRI);
	ev_io_start(d->loop, &d->meter_io);
	ev_prepare_init(&d->before_sleep, on_before_sleep);
	d->before_sleep.data = d;
	ev_set_priority(&d->before_sleep, EV_MAXPRI);
	ev_prepare_start(d->loop, &d->before_sleep);
	ev_init(&d->wake, on_wake);
	ev_timer_init(&d->tick, on_tick, 1, 1);
	d->tick.data = d;
	ev_timer_start(d->loop, &d->tick);
	watch_signal(d, &d->hup, SIGHUP, on_hup);
	watch_signal(d, &d->term, SIGTERM, on_stop);
	watch_signal(d, &d->interrupt, SIGINT, on_stop);
	return 0;
}

/** ts_loop_stop() - watch nothing any more */
void ts_loop_stop(struct ts_daemon *d)
{
	ev_io_stop(d->loop, &d->meter_io);
	ev_prepare_stop(d->loop, &d->before_sleep);
	ev_timer_stop(d->loop, &d->wake);
	ev_timer_stop(d->loop, &d->tick);
	ev_signal_stop(d->loop, &d->hup);
	ev_signal_stop(d->loop, &d->term);
	ev_signal_stop(d->loop, &d->interrupt);
}
