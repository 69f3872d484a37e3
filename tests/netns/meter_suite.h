/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the meter's test-suite share. */
#ifndef TS_TESTS_METER_SUITE_H
#define TS_TESTS_METER_SUITE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>
#include "lib/meter.h"

/**
 * struct suite - what a test is run against
 * @driver: "bpf" or "genl"
 * @meter: of every port, enum ts_meter_kind
 */
struct suite {
	const char *driver;
	uint8_t meter;
};

struct suite_test {
	const char *name;
	void (*run)(const struct suite *s);
};

extern const struct suite_test suite_table_tests[];
extern const struct suite_test suite_adopt_tests[];
extern const struct suite_test suite_port_tests[];
extern const struct suite_test suite_close_tests[];
extern const struct suite_test suite_stack_tests[];
extern const struct suite_test suite_traffic_tests[];
extern const struct suite_test suite_free_tests[];

#define CHECK(cond) \
	do { \
		if (!(cond)) \
			suite_failed(__FILE__, __LINE__, #cond); \
	} while (0)

/* Integers of any width and sign up to 63 bits. */
#define EQUAL(a, b) \
	do { \
		long long a_ = (long long)(a), b_ = (long long)(b); \
		if (a_ != b_) \
			suite_differ(__FILE__, __LINE__, #a, a_, #b, b_); \
	} while (0)

/* As EQUAL(call, value), and shows the meter's words when it differs. */
#define RETURNS(m, call, value) \
	do { \
		int r_ = (call); \
		if (r_ != (value)) { \
			printf("# the meter says: %s\n", ts_meter_error(m)); \
			suite_differ(__FILE__, __LINE__, #call, r_, #value, (value)); \
		} \
	} while (0)

/* Ends the test: this machine cannot run it. */
void suite_skip(const char *why);
void suite_failed(const char *file, int line, const char *what);
void suite_differ(const char *file, int line, const char *a, long long av,
		  const char *b, long long bv);

struct ts_meter *suite_open(const struct suite *s, bool create);
struct ts_meter *suite_open_own(const struct suite *s);
void suite_tariff(struct ts_meter *m, uint32_t id, uint16_t internet_up,
		  uint16_t internet_down);
struct ts_account suite_account(struct ts_meter *m, const uint8_t mac[6], uint32_t zone);
void suite_port(const struct suite *s, struct ts_meter *m, const char *pattern);
uint32_t suite_wait_port(struct ts_meter *m, const char *pattern, const char *ifname);
struct ts_account suite_get(struct ts_meter *m, uint32_t id);

/**
 * struct suite_events - how many of each type came
 * @n: by enum ts_event_type
 * @last: the last of each type
 */
struct suite_events {
	unsigned int n[__TS_EVENT_COUNT];
	struct ts_meter_event last[__TS_EVENT_COUNT];
};

void suite_events(struct ts_meter *m, struct suite_events *ev);
bool suite_wait_event(struct ts_meter *m, struct suite_events *ev, uint8_t type);

#endif /* TS_TESTS_METER_SUITE_H */
