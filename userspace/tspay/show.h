/* SPDX-License-Identifier: GPL-2.0 */
/* show.h - what tspay tells the person at the terminal. */
#ifndef TSPAY_SHOW_H
#define TSPAY_SHOW_H

#include <stdbool.h>
#include "tspay/box.h"
#include "tspay/policy.h"

/**
 * struct show - one line that is rewritten on a terminal; elsewhere a line for
 *	each change of state
 * @tty: standard output is a terminal
 * @json: lines are JSON objects
 * @open: the line is on the screen and has no end yet
 * @last_used: used_bytes of the last look, for the rate
 * @last_ms: when that was
 * @state: of the session at the last look; empty: none yet
 * @answer: what was decided then
 */
struct show {
	bool tty;
	bool json;
	bool open;
	uint64_t last_used;
	uint64_t last_ms;
	char state[48];
	enum answer answer;
};

void show_init(struct show *v);
/* The state of the session; rewritten in place on a terminal. */
void show_session(struct show *v, const struct session *s, const struct token *t,
		  enum answer answer, ts_u128 paid_wei, uint64_t now_ms);
/* A line of its own, such as a payment or an error. */
void show_line(struct show *v, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void show_end(struct show *v);

#endif /* TSPAY_SHOW_H */
