/* SPDX-License-Identifier: GPL-2.0 */
/*
 * roam_town.h - three boxes with channels between them, a wallet that moves, and what
 * passes between all of them, for tests.
 */
#ifndef TS_TEST_ROAM_TOWN_H
#define TS_TEST_ROAM_TOWN_H

#include "billing_box.h"
#include "photon/roam.h"

#define HOME	0
#define HOST	1
#define THIRD	2
#define BOXES	3
#define WALLET	0	/* of home's */
#define GUEST	1	/* its station at other boxes */
#define PAID	(10000000 * GWEI)
#define ROAM_REPLY	6000

/**
 * struct town - all of it
 * @box: the boxes
 * @code: of the wallet's session at home, number in home's codes
 * @sequence: of its last order
 * @delivered: messages of each box that were
 * @cut: nothing passes between home and the others
 * @lose_answers: home's answers to claims are lost
 * @lose_messages: transfers and Acks between boxes are
 * @n_claims: that reached home
 * @error: of the last refusal of a claim
 */
extern struct town {
	struct box box[BOXES];
	int code;
	uint64_t sequence;
	unsigned int delivered[BOXES];
	bool cut, lose_answers, lose_messages;
	unsigned int n_claims;
	const char *error;
} town;

int town_setup(void **state);
int town_teardown(void **state);
/* What a wallet would sign now, at a box; then sign and show it. */
struct ts_order town_order(unsigned int at, unsigned int station);
const char *town_show(unsigned int at, unsigned int station,
		      const struct ts_order *order);
/* Both; the answer's session is in last_attached.  NULL, or the refusal's name. */
const char *town_roam(unsigned int at);
/* All that anybody has to say to anybody. */
void town_pump(void);
/* Time passes, in steps of a second, with a pump at each. */
void town_later(unsigned int seconds);
/* All boxes die at once and are there again. */
void town_crash(void);
/* Bytes of a guest, until it is refused and stays so. */
uint64_t town_spend(unsigned int at, uint64_t most);
/* Nothing came to be and nothing was lost: fails the test. */
void town_verify(void);
/* Likewise when nothing is on its way: each unit is somewhere, once. */
void town_settled(void);
ts_u128 town_home_unspent(void);
struct ts_ledger_order town_row(const char *name);
/* A session that is there, and a guest, if there is one. */
struct ts_session_view town_session(unsigned int at, const char *code);
bool town_visit(unsigned int at, struct ts_visit_view *v);

#endif /* TS_TEST_ROAM_TOWN_H */
