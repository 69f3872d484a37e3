/* SPDX-License-Identifier: GPL-2.0 */
/*
 * classify_port.h - one port of the BPF meter for tests, and frames that go through
 * the real programs of it.  Needs root.
 */
#ifndef TS_TEST_CLASSIFY_PORT_H
#define TS_TEST_CLASSIFY_PORT_H

#include <unistd.h>

#include "classify_frame.h"
#include "classify_maps.h"

#define ACCOUNTS 1024
/* The account of most tests. */
#define ID 5
#define PRICE 3
#define PLENTY (1ULL << 50)
#define ME4 "10.0.0.7"
#define BOX4 "10.0.0.1"
#define FAR4 "203.0.113.9"
#define WEB_BYTES (14 + 20 + 20 + 100)
#define DNS_BYTES (14 + 20 + 8 + 40)

extern const struct ts_test_frame web_up, web_down, dns_up, dns_down, syn80_up, syn443_up;

/* The port of the test that runs. */
extern struct ts_fixture fx;
extern struct ts_ring_event last_event;

int setup_routed(void **state);
int setup_bridged(void **state);
int teardown(void **state);
/* After all tests. */
int close_all(void **state);

#define NEED_ROOT()			\
	do {				\
		if (geteuid())		\
			skip();		\
	} while (0)
#define ROUTED(f) cmocka_unit_test_setup_teardown(f, setup_routed, teardown)
#define BRIDGED(f) cmocka_unit_test_setup_teardown(f, setup_bridged, teardown)

/* Events since the last look, the newest in last_event. */
unsigned int new_events(void);
struct ts_outcome xdp(const struct ts_test_frame *t);
struct ts_outcome tc(int fd, const struct ts_test_frame *t, const struct ts_frame_form *form);
struct ts_outcome up(const struct ts_test_frame *t);
/* From another interface; @by_box: from this box. */
struct ts_outcome down(const struct ts_test_frame *t, int by_box);
uint64_t drops(enum ts_drop reason);
struct ts_paid_line paid(uint32_t id, uint32_t class);
struct ts_account_stats stats(uint32_t id);
/* The client has account ID, and this in it. */
void pay(uint64_t granted);

#endif /* TS_TEST_CLASSIFY_PORT_H */
