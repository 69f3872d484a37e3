// SPDX-License-Identifier: GPL-2.0
/*
 * portal_bench.c - many stations at one box: each has its event stream open; now and then
 * one asks for its session, and one pays.
 *
 *	portal_bench channels BOX N		what to import, an object a line
 *	portal_bench run BOX N SECONDS PAYMENTS GETS [tls]	so many of each a second
 *
 * Station i stands on device mv<i>, which has an address of its own; the box is at
 * 10.68.255.1.  Prints the times from a request to its answer, and from a payment to what
 * the stream of its station says of it; each request on a connection of its own, of which
 * the handshakes are in these times.  Whose certificate it is is not looked at.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bench_wallet.h"
#include "photon/memo.h"

#define BOX_IP		"10.68.255.1"
#define BOX_PORT	2050
#define BOX_TLS_PORT	2443
#define STATIONS_MAX	4096
#define SAMPLES_MAX	1000000
#define TEXT_SIZE	8192
#define PAY_WEI		1000000000000ull
#define NS_IN_S		1000000000ull

/** enum what - is measured */
enum what { GET_SESSION, PAY, PAID_EVENT, WHAT_COUNT };

static const char *const what_names[WHAT_COUNT] = {
	"GET /v1/session -> answer", "POST /v1/pay -> Ack, on the disk",
	"POST /v1/pay -> event of its stream",
};

/**
 * struct flow - a connection
 * @fd: -1: none
 * @tls: NULL: plain
 * @shaken: its handshake is done
 * @station: whose
 * @what: what it is for; PAID_EVENT: the stream
 * @begun_ns: when
 * @out: to be sent
 * @out_len: how much
 * @in: what has come; of a stream the first of it
 * @in_len: how much
 */
struct flow {
	int fd;
	gnutls_session_t tls;
	bool shaken;
	unsigned int station;
	enum what what;
	uint64_t begun_ns;
	char out[2 * TS_DATAGRAM_MAX_BYTES];
	size_t out_len;
	char in[TEXT_SIZE];
	size_t in_len;
};

/**
 * struct station - a client
 * @key: its wallet's
 * @channel: its side
 * @memo: empty until its stream has said the code
 * @paid_ns: when it paid last; 0: its stream has said so
 */
struct station {
	struct ts_signer *key;
	struct ts_channel channel;
	char memo[TS_MEMO_SIZE];
	uint64_t paid_ns;
};

static struct station stations[STATIONS_MAX];
static unsigned int n_stations, n_ready;
static double *samples[WHAT_COUNT];
static size_t n_samples[WHAT_COUNT], n_failed;
static int epoll_fd;
static gnutls_certificate_credentials_t anybody;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "portal_bench: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NS_IN_S + (uint64_t)t.tv_nsec;
}

static void sample(enum what what, uint64_t begun_ns)
{
	if (n_samples[what] < SAMPLES_MAX)
		samples[what][n_samples[what]++] = (double)(now_ns() - begun_ns) / 1e6;
}

/* --- connections ------------------------------------------------------------ */

static void tls_begin(struct flow *f)
{
	f->tls = NULL;
	f->shaken = !anybody;
	if (!anybody)
		return;
	if (gnutls_init(&f->tls, GNUTLS_CLIENT | GNUTLS_NONBLOCK) ||
	    gnutls_set_default_priority(f->tls) ||
	    gnutls_credentials_set(f->tls, GNUTLS_CRD_CERTIFICATE, anybody))
		die("gnutls");
	gnutls_transport_set_int(f->tls, f->fd);
}

/* Return: whether it is done; else events are waited for as it wants them. */
static bool shake(struct flow *f)
{
	struct epoll_event event = { .data.ptr = f };
	int ret;

	if (f->shaken)
		return true;
	ret = gnutls_handshake(f->tls);
	if (!ret) {
		f->shaken = true;
		return true;
	}
	if (gnutls_error_is_fatal(ret)) {
		fprintf(stderr, "portal_bench: %s\n", gnutls_strerror(ret));
		exit(1);
	}
	event.events = gnutls_record_get_direction(f->tls) ? EPOLLOUT : EPOLLIN;
	epoll_ctl(epoll_fd, EPOLL_CTL_MOD, f->fd, &event);
	return false;
}

static ssize_t flow_send(struct flow *f)
{
	return f->tls ? gnutls_record_send(f->tls, f->out, f->out_len) :
			send(f->fd, f->out, f->out_len, MSG_NOSIGNAL);
}

/* As recv(). */
static ssize_t flow_recv(struct flow *f, char *to, size_t len)
{
	ssize_t n;

	if (!f->tls)
		return recv(f->fd, to, len, 0);
	n = gnutls_record_recv(f->tls, to, len);
	if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED)
		errno = EAGAIN;
	else if (n < 0)
		return 0;
	return n;
}

static void flow_end(struct flow *f)
{
	if (f->tls)
		gnutls_deinit(f->tls);
	close(f->fd);
	f->fd = -1;
}

static void flow_begin(struct flow *f, unsigned int station, enum what what)
{
	struct sockaddr_in box = { .sin_family = AF_INET, .sin_port =
				   htons(anybody ? BOX_TLS_PORT : BOX_PORT) };
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT, .data.ptr = f };
	char device[IFNAMSIZ];

	inet_pton(AF_INET, BOX_IP, &box.sin_addr);
	snprintf(device, sizeof(device), "mv%u", station);
	f->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	f->station = station;
	f->what = what;
	f->begun_ns = now_ns();
	f->in_len = 0;
	/* As browsers: a request does not wait for the ACK of the handshake's end. */
	if (f->fd < 0 ||
	    setsockopt(f->fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int)) ||
	    setsockopt(f->fd, SOL_SOCKET, SO_BINDTODEVICE, device, strlen(device)) ||
	    (connect(f->fd, (struct sockaddr *)&box, sizeof(box)) && errno != EINPROGRESS) ||
	    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, f->fd, &event))
		die(device);
	tls_begin(f);
}

static void ask(struct flow *f, const char *path, const char *close_it)
{
	f->out_len = (size_t)snprintf(f->out, sizeof(f->out),
		"GET %s HTTP/1.1\r\nHost: " BOX_IP ":%u\r\n%s\r\n", path, BOX_PORT, close_it);
}

static void ask_to_pay(struct flow *f)
{
	struct station *s = &stations[f->station];
	struct ts_bytes data = { (const uint8_t *)s->memo, strlen(s->memo) };
	struct ts_datagram datagram;
	struct ts_channel next;
	int n;

	if (ts_channel_send(&s->channel, s->key, PAY_WEI, &data, &next, &datagram))
		die("a payment");
	s->channel = next;
	n = snprintf(f->out, sizeof(f->out), "POST /v1/pay HTTP/1.1\r\nHost: " BOX_IP ":%u\r\n"
		     "Content-Type: application/octet-stream\r\nContent-Length: %zu\r\n"
		     "Connection: close\r\n\r\n", BOX_PORT, datagram.len);
	memcpy(f->out + n, datagram.b, datagram.len);
	f->out_len = (size_t)n + datagram.len;
	s->paid_ns = f->begun_ns = now_ns();
}

/* The first object says what a payment has to say. */
static void learn_code(struct flow *f)
{
	struct station *s = &stations[f->station];
	const char *code = strstr(f->in, "\"session\":\""), *id = strstr(f->in, "\"tariff\":{\"id\":");
	struct ts_memo memo = { };

	if (!code || !id)
		return;
	memcpy(memo.code, code + 11, TS_CODE_CHARS);
	memo.tariff_id = (uint32_t)strtoul(id + 15, NULL, 10);
	ts_memo_print(&memo, s->memo);
	n_ready++;
}

static void stream_in(struct flow *f)
{
	struct station *s = &stations[f->station];

	if (!s->memo[0])
		learn_code(f);
	else if (s->paid_ns && strstr(f->in, "event: "))
		sample(PAID_EVENT, s->paid_ns), s->paid_ns = 0;
	if (s->memo[0])
		f->in_len = 0;
}

static void flow_in(struct flow *f)
{
	ssize_t n;

	while ((n = flow_recv(f, f->in + f->in_len, sizeof(f->in) - 1 - f->in_len)) > 0) {
		f->in_len += (size_t)n;
		f->in[f->in_len] = '\0';
		if (f->what == PAID_EVENT)
			stream_in(f);
		if (f->in_len == sizeof(f->in) - 1)
			break;
	}
	if (n < 0 && errno == EAGAIN)
		return;
	if (f->what == PAID_EVENT || f->in_len < 12 || memcmp(f->in + 9, "200", 3)) {
		if (!n_failed++)
			fprintf(stderr, "portal_bench: %s: %.*s\n", what_names[f->what],
				(int)f->in_len, f->in);
	} else {
		sample(f->what, f->begun_ns);
	}
	flow_end(f);
}

static void flow_event(struct flow *f, uint32_t events)
{
	struct epoll_event only_in = { .events = EPOLLIN, .data.ptr = f };

	if (f->fd < 0 || !shake(f))
		return;
	if (f->out_len) {
		if (flow_send(f) != (ssize_t)f->out_len)
			die("send");
		f->out_len = 0;
		epoll_ctl(epoll_fd, EPOLL_CTL_MOD, f->fd, &only_in);
	}
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		flow_in(f);
}

static void wait_until(uint64_t until_ns)
{
	struct epoll_event events[64];
	uint64_t now = now_ns();
	int i, n;

	n = epoll_wait(epoll_fd, events, 64,
		       until_ns > now ? (int)((until_ns - now + 999999) / 1000000) : 0);
	for (i = 0; i < n; i++)
		flow_event(events[i].data.ptr, events[i].events);
}

/* --- the run ----------------------------------------------------------------- */

#define FLOWS_MAX 1024
static struct flow streams[STATIONS_MAX], flows[FLOWS_MAX];

static void one_more(enum what what, unsigned int station)
{
	unsigned int i;

	for (i = 0; i < FLOWS_MAX && flows[i].fd >= 0; i++)
		;
	if (i == FLOWS_MAX) {
		n_failed++;
		return;
	}
	flow_begin(&flows[i], station, what);
	if (what == PAY)
		ask_to_pay(&flows[i]);
	else
		ask(&flows[i], "/v1/session", "Connection: close\r\n");
}

static void open_streams(void)
{
	uint64_t until_ns = now_ns() + 60 * NS_IN_S;
	unsigned int i;

	for (i = 0; i < n_stations; i++) {
		flow_begin(&streams[i], i, PAID_EVENT);
		ask(&streams[i], "/v1/session/events", "");
		wait_until(0);
	}
	while (n_ready < n_stations && now_ns() < until_ns)
		wait_until(now_ns() + NS_IN_S / 10);
	if (n_ready < n_stations)
		fprintf(stderr, "portal_bench: %u of %u streams\n", n_ready, n_stations);
}

static int by_size(const void *a, const void *b)
{
	double d = *(const double *)a - *(const double *)b;

	return d < 0 ? -1 : d > 0;
}

static void print(enum what what)
{
	double *v = samples[what];
	size_t n = n_samples[what];

	if (!n) {
		printf("%-40s no samples\n", what_names[what]);
		return;
	}
	qsort(v, n, sizeof(*v), by_size);
	printf("%-40s n=%-6zu median %.2f  p99 %.2f  max %.2f ms\n", what_names[what], n,
	       v[n / 2], v[n * 99 / 100], v[n - 1]);
}

static void run(unsigned int seconds, unsigned int payments, unsigned int gets)
{
	uint64_t start_ns = now_ns(), pay_ns = start_ns, get_ns = start_ns, now;
	unsigned int i = 0, j = 0;

	while ((now = now_ns()) < start_ns + seconds * NS_IN_S) {
		for (; pay_ns <= now; pay_ns += NS_IN_S / payments)
			one_more(PAY, i++ % n_stations);
		for (; get_ns <= now; get_ns += NS_IN_S / gets)
			one_more(GET_SESSION, (j += 7) % n_stations);
		wait_until(pay_ns < get_ns ? pay_ns : get_ns);
	}
	for (now += 2 * NS_IN_S; now_ns() < now; )
		wait_until(now);
}

int main(int argc, char **argv)
{
	unsigned int i;

	n_stations = argc > 3 ? (unsigned int)atoi(argv[3]) : 0;
	if (!n_stations || n_stations > STATIONS_MAX || argc < 4 || argc > 8) {
		fprintf(stderr, "usage: portal_bench channels BOX N | run BOX N SECONDS PAYMENTS GETS [tls]\n");
		return 2;
	}
	for (i = 0; i < n_stations; i++) {
		stations[i].key = bench_wallet(argv[2], i, &stations[i].channel);
		if (argc == 4)
			bench_wallet_print(&stations[i].channel);
	}
	if (argc == 4)
		return 0;
	if (argc == 8 && (gnutls_global_init() ||
			  gnutls_certificate_allocate_credentials(&anybody)))
		die("gnutls");
	for (i = 0; i < WHAT_COUNT; i++)
		samples[i] = malloc(SAMPLES_MAX * sizeof(**samples));
	for (i = 0; i < FLOWS_MAX; i++)
		flows[i].fd = -1;
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	open_streams();
	run((unsigned int)atoi(argv[4]), (unsigned int)atoi(argv[5]), (unsigned int)atoi(argv[6]));
	for (i = 0; i < WHAT_COUNT; i++)
		print(i);
	printf("%-40s %zu\n", "failed", n_failed);
	return 0;
}
