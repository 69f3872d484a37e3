// SPDX-License-Identifier: GPL-2.0
/* tsctl top: who uses what, live; once when the output is no terminal. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include "tsctl/cmd.h"

/** struct row - an account at the last two looks */
struct row {
	struct ts_account now;
	uint64_t was_bytes[TS_DIR_COUNT];
	uint64_t rate[TS_DIR_COUNT];
	bool seen;
};

struct table {
	struct row *rows;
	size_t n, room;
	double seconds;
};

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	stop = 1;
}

static struct row *find_row(struct table *t, const struct ts_account *a)
{
	struct row *rows;
	size_t i;

	for (i = 0; i < t->n; i++)
		if (t->rows[i].now.id == a->id && t->rows[i].now.epoch == a->epoch)
			return &t->rows[i];
	if (t->n == t->room) {
		rows = realloc(t->rows, (t->room * 2 + 64) * sizeof(*rows));
		if (!rows)
			return NULL;
		t->rows = rows;
		t->room = t->room * 2 + 64;
	}
	memset(&t->rows[t->n], 0, sizeof(*t->rows));
	t->rows[t->n].was_bytes[TS_DIR_UP] = account_bytes(a, TS_DIR_UP);
	t->rows[t->n].was_bytes[TS_DIR_DOWN] = account_bytes(a, TS_DIR_DOWN);
	return &t->rows[t->n++];
}

static int look_one(const struct ts_account *a, void *arg)
{
	struct table *t = arg;
	struct row *r = find_row(t, a);
	int dir;

	if (!r)
		return -1;
	r->now = *a;
	r->seen = true;
	for (dir = 0; dir < TS_DIR_COUNT; dir++) {
		uint64_t bytes = account_bytes(a, dir);

		r->rate[dir] = t->seconds > 0 ?
			(uint64_t)((double)(bytes - r->was_bytes[dir]) / t->seconds) : 0;
		r->was_bytes[dir] = bytes;
	}
	return 0;
}

static int by_rate(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	uint64_t rx = x->rate[0] + x->rate[1], ry = y->rate[0] + y->rate[1];

	if (rx != ry)
		return rx < ry ? 1 : -1;
	return x->now.id < y->now.id ? -1 : x->now.id > y->now.id;
}

static void forget_unseen(struct table *t)
{
	size_t i, kept = 0;

	for (i = 0; i < t->n; i++)
		if (t->rows[i].seen)
			t->rows[kept++] = t->rows[i];
	t->n = kept;
	for (i = 0; i < t->n; i++)
		t->rows[i].seen = false;
}

static void print_row(const struct row *r)
{
	char mac[18], up[16], down[16], rup[16], rdown[16], left[16];
	const struct ts_account *a = &r->now;

	printf("%5u %-17s %-10s %7s/s %7s/s %7s %7s %6s\n", a->id,
	       a->n_keys ? fmt_mac(a->keys[0].mac, mac) : "-", account_state(a),
	       fmt_size(r->rate[TS_DIR_UP], rup), fmt_size(r->rate[TS_DIR_DOWN], rdown),
	       fmt_size(account_bytes(a, TS_DIR_UP), up),
	       fmt_size(account_bytes(a, TS_DIR_DOWN), down),
	       fmt_count(a->granted_units - a->charged_units, left));
}

/* 79 columns at most: a line that wraps would push the first ones out. */
static void print_table(struct table *t, bool redraw)
{
	struct winsize ws = { 0 };
	size_t i, most = t->n;

	if (redraw) {
		/* A terminal that does not know its height says 0. */
		if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) || !ws.ws_row)
			ws.ws_row = 24;
		most = ws.ws_row > 3 ? ws.ws_row - 3u : 1;
		printf("\033[H\033[J");
	}
	printf("%5s %-17s %-10s %9s %9s %7s %7s %6s\n", "id", "station", "state",
	       "up now", "down now", "up", "down", "units");
	for (i = 0; i < t->n && i < most; i++)
		print_row(&t->rows[i]);
	if (i < t->n)
		printf("... and %zu more\n", t->n - i);
	fflush(stdout);
}

static double seconds_since(struct timespec *last)
{
	struct timespec now;
	double s;

	clock_gettime(CLOCK_MONOTONIC, &now);
	s = (double)(now.tv_sec - last->tv_sec) + (double)(now.tv_nsec - last->tv_nsec) / 1e9;
	*last = now;
	return s;
}

static int run_top(struct ts_meter *m, uint32_t looks, bool redraw)
{
	struct timespec last;
	struct table t = { 0 };
	uint32_t i;
	int ret = 0;

	clock_gettime(CLOCK_MONOTONIC, &last);
	/* The first look only learns the counters; rates need a second one. */
	for (i = 0; !stop && (!looks || i <= looks); i++) {
		if (i)
			sleep(1);
		t.seconds = i ? seconds_since(&last) : 0;
		if (ts_meter_account_dump(m, look_one, &t)) {
			ret = say_error(m, "top");
			break;
		}
		forget_unseen(&t);
		qsort(t.rows, t.n, sizeof(*t.rows), by_rate);
		if (i)
			print_table(&t, redraw);
	}
	free(t.rows);
	return ret;
}

static int top(struct cmd *c)
{
	bool tty = isatty(STDOUT_FILENO);
	uint32_t looks = tty ? 0 : 1;
	const char *word, *v;
	struct ts_meter *m;
	int ret;

	if (c->json) {
		c->object = "account";
		return account_verbs->fn(c);
	}
	while ((word = cmd_next(c))) {
		if (!cmd_is(word, "count"))
			return cmd_unknown(c, word, "count N");
		v = cmd_value(c, "count");
		if (!v || !arg_u32("count", v, 1, UINT32_MAX, &looks))
			return 1;
	}
	m = open_meter(c, false);
	if (!m)
		return 1;
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	/* What is printed once stays below what was there before. */
	ret = run_top(m, looks, tty && looks != 1);
	ts_meter_close(m);
	return ret;
}

const struct verb top_verbs[] = {
	{ "", top, "[count N]", "refresh every second, N times or until Ctrl-C; once when the output is no\n"
	  "          terminal; units: credit units left to spend" },
	{ 0 },
};
