// SPDX-License-Identifier: GPL-2.0
/*
 * The meter's test-suite: the same tests for every driver and meter.
 *
 *   meter_suite DRIVER METER [PART OF A NAME]...
 *
 * Each test runs in a process and a network namespace of its own, so that
 * none can leave anything to the next.  TAP on stdout, "DRIVER METER" in
 * front of each name.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <tokenswitch/budget.h>
#include "meter_net.h"
#include "meter_suite.h"

/* Looks until something that takes a moment has happened. */
#define WAIT_STEPS 500
#define WAIT_STEP_MS 10

/* Exit status of a test that was skipped; 1 is that of one that failed. */
#define SKIPPED 4
/* Why, shared with the process of the test. */
static char *skip_reason;
#define SKIP_REASON_SIZE 128

void suite_skip(const char *why)
{
	snprintf(skip_reason, SKIP_REASON_SIZE, "%s", why);
	net_down();
	_exit(SKIPPED);
}

void suite_failed(const char *file, int line, const char *what)
{
	printf("# %s:%d: not so: %s\n", file, line, what);
	fflush(stdout);
	net_down();
	_exit(1);
}

void suite_differ(const char *file, int line, const char *a, long long av,
		  const char *b, long long bv)
{
	printf("# %s:%d: %s is %lld, wanted %s = %lld\n", file, line, a, av, b, bv);
	fflush(stdout);
	net_down();
	_exit(1);
}

struct ts_meter *suite_open(const struct suite *s, bool create)
{
	struct ts_meter *m;
	char err[256];
	int ret;

	ret = ts_meter_open(s->driver, create, &m, err, sizeof(err));
	if (ret) {
		printf("# open: %s\n", err);
		suite_differ(__FILE__, __LINE__, "ts_meter_open()", ret, "0", 0);
	}
	return m;
}

struct ts_meter *suite_open_own(const struct suite *s)
{
	struct ts_meter *m = suite_open(s, true);

	RETURNS(m, ts_meter_own(m), 0);
	return m;
}

/* Local traffic is free of charge here, internet costs what is given. */
void suite_tariff(struct ts_meter *m, uint32_t id, uint16_t internet_up,
		  uint16_t internet_down)
{
	struct ts_tariff t = { .id = id, .version = 1 };

	t.price[TS_CLASS_INTERNET][TS_DIR_UP] = internet_up;
	t.price[TS_CLASS_INTERNET][TS_DIR_DOWN] = internet_down;
	RETURNS(m, ts_meter_tariff_set(m, &t), 0);
}

struct ts_account suite_account(struct ts_meter *m, const uint8_t mac[6], uint32_t zone)
{
	struct ts_account a = { .kind = TS_KIND_CLIENT, .tariff_id = 1, .n_keys = 1 };

	memcpy(a.keys[0].mac, mac, 6);
	a.keys[0].zone = zone;
	RETURNS(m, ts_meter_account_set(m, &a), 0);
	CHECK(a.id);
	return a;
}

void suite_port(const struct suite *s, struct ts_meter *m, const char *pattern)
{
	struct ts_port p = {
		.role = TS_ROLE_ACCESS,
		.meter = s->meter,
		.direction = TS_DIRECTION_BOTH,
	};

	snprintf(p.pattern, sizeof(p.pattern), "%s", pattern);
	RETURNS(m, ts_meter_port_add(m, &p), 0);
}

struct port_wish {
	const char *pattern;
	const char *ifname;
	uint32_t ifindex;
};

static int find_port(const struct ts_port *port, void *arg)
{
	struct port_wish *wish = arg;

	if (!strcmp(port->pattern, wish->pattern) && !strcmp(port->ifname, wish->ifname) &&
	    !port->lower[0])
		wish->ifindex = port->ifindex ? port->ifindex : UINT32_MAX;
	return 0;
}

/*
 * Until @pattern meters @ifname, or with an empty @ifname meters nothing.
 * Return: ifindex.
 */
uint32_t suite_wait_port(struct ts_meter *m, const char *pattern, const char *ifname)
{
	struct port_wish wish = { .pattern = pattern, .ifname = ifname };
	int i;

	for (i = 0; i < WAIT_STEPS; i++) {
		RETURNS(m, ts_meter_maintain(m), 0);
		RETURNS(m, ts_meter_port_dump(m, find_port, &wish), 0);
		if (wish.ifindex)
			return wish.ifindex;
		usleep(WAIT_STEP_MS * 1000);
	}
	printf("# port %s never had device \"%s\"\n", pattern, ifname);
	suite_failed(__FILE__, __LINE__, "port attached");
	return 0;
}

struct ts_account suite_get(struct ts_meter *m, uint32_t id)
{
	struct ts_account a;

	RETURNS(m, ts_meter_account_get(m, id, &a), 0);
	return a;
}

static void count_event(const struct ts_meter_event *ev, void *arg)
{
	struct suite_events *all = arg;

	CHECK(ev->type > 0 && ev->type < __TS_EVENT_COUNT);
	all->n[ev->type]++;
	all->last[ev->type] = *ev;
}

/* Adds what waits to @ev. */
void suite_events(struct ts_meter *m, struct suite_events *ev)
{
	int ret = ts_meter_event_read(m, count_event, ev);

	if (ret < 0)
		RETURNS(m, ret, 0);
}

bool suite_wait_event(struct ts_meter *m, struct suite_events *ev, uint8_t type)
{
	struct pollfd pfd = { .fd = ts_meter_event_fd(m), .events = POLLIN };
	unsigned int before = ev->n[type];
	int i;

	CHECK(pfd.fd >= 0);
	for (i = 0; i < WAIT_STEPS; i++) {
		RETURNS(m, ts_meter_maintain(m), 0);
		suite_events(m, ev);
		if (ev->n[type] > before)
			return true;
		poll(&pfd, 1, WAIT_STEP_MS);
	}
	return false;
}

/* Shared with the process of the test, which may be killed. */
static ino_t *box_inode;

static void run_child(const struct suite *s, const struct suite_test *test)
{
	struct ts_meter *m;
	struct stat st;
	char err[128];

	net_box();
	if (!stat("/proc/thread-self/ns/net", &st))
		*box_inode = st.st_ino;
	test->run(s);
	if (!ts_meter_open(s->driver, false, &m, err, sizeof(err))) {
		RETURNS(m, ts_meter_destroy(m), 0);
		ts_meter_close(m);
	}
	net_down();
	fflush(stdout);
	_exit(0);
}

/* A test that failed leaves its pins; only those of its own namespace go. */
static void clean_pins(void)
{
	char command[128];

	if (!*box_inode)
		return;
	snprintf(command, sizeof(command), "rm -rf /sys/fs/bpf/tokenswitch/%lu",
		 (unsigned long)*box_inode);
	if (system(command))
		printf("# failed: %s\n", command);
	*box_inode = 0;
}

static bool run_test(const struct suite *s, const struct suite_test *test)
{
	int status = 0;
	pid_t pid;

	skip_reason[0] = '\0';
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		return false;
	if (!pid)
		run_child(s, test);
	waitpid(pid, &status, 0);
	clean_pins();
	if (WIFSIGNALED(status))
		printf("# killed by signal %d\n", WTERMSIG(status));
	return WIFEXITED(status) && (!WEXITSTATUS(status) || WEXITSTATUS(status) == SKIPPED);
}

static int usage(void)
{
	fprintf(stderr, "usage: meter_suite bpf|genl xdp|tc|nf [PART OF A NAME]...\n");
	return 2;
}

/* All are, unless some are named. */
static bool wanted(const char *name, char **parts)
{
	bool any = !*parts;

	while (*parts && !any)
		any = strstr(name, *parts++);
	return any;
}

int main(int argc, char **argv)
{
	static const struct suite_test *const tables[] = {
		suite_table_tests, suite_adopt_tests, suite_close_tests, suite_port_tests,
		suite_stack_tests, suite_traffic_tests, suite_free_tests,
	};
	static const char *const meters[] = { "auto", "xdp", "tc", "nf" };
	const struct suite_test *test;
	struct suite s = { };
	int n = 0, failed = 0;
	size_t i;
	bool ok;

	if (argc < 3)
		return usage();
	s.driver = argv[1];
	for (i = 0; i < 4; i++)
		if (!strcmp(argv[2], meters[i]))
			s.meter = i;
	box_inode = mmap(NULL, sizeof(*box_inode) + SKIP_REASON_SIZE, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (box_inode == MAP_FAILED)
		return 2;
	skip_reason = (char *)(box_inode + 1);
	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		for (test = tables[i]; test->name; test++) {
			if (!wanted(test->name, argv + 3))
				continue;
			ok = run_test(&s, test);
			failed += !ok;
			printf("%s %d - %s %s: %s%s%s\n", ok ? "ok" : "not ok", ++n, argv[1],
			       argv[2], test->name, skip_reason[0] ? " # SKIP " : "",
			       skip_reason);
		}
	}
	printf("1..%d\n", n);
	return failed ? 1 : 0;
}
