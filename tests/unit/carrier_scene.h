/* SPDX-License-Identifier: GPL-2.0 */
/*
 * carrier_scene.h - a carrier with a node that the test plays, a portal that notes what
 * it is told, and a clock that stands.
 */
#ifndef TS_TESTS_CARRIER_SCENE_H
#define TS_TESTS_CARRIER_SCENE_H

#include "carrier_node.h"
#include "chain/tx.h"
#include "tsd/bucket.h"
#include "tsd/daemon.h"

#define SCENE_REPLIES	2048
/* Longer than any test, and what a test waits for that wants the time to be over. */
#define SCENE_PATIENCE_MS	60000
#define SCENE_SHORT_MS		150

/**
 * struct told - what the portal was told for somebody
 * @n: how often
 * @name: of the refusal; empty: it was none
 * @text: of the refusal, or the answer as JSON with its members sorted
 */
struct told {
	unsigned int n;
	char name[64];
	char text[1024];
};

/**
 * struct scene - all of it
 * @d: as much of a daemon as a carrier needs
 * @config: of it
 * @node: that it asks
 * @wallet: who pays in, 1 and 2
 * @now_ns: the clock
 * @followed: the chain is
 * @memory_for: so many questions more
 * @timeout_ms: in place of the carrier's own, for the next carrier
 * @replies: given out so far
 * @n_told: in all
 * @told: by reply
 */
struct scene {
	struct ts_daemon d;
	struct ts_config config;
	struct node node;
	struct ts_signer *wallet[2];
	uint64_t now_ns;
	bool followed;
	unsigned int memory_for;
	unsigned int timeout_ms;
	uint64_t replies;
	unsigned int n_told;
	struct told told[SCENE_REPLIES];
};

extern struct scene scene;

int scene_setup(void **state);
int scene_teardown(void **state);
void scene_again(unsigned int timeout_ms);
void scene_until(unsigned int n_told);
void scene_turns(void);
void scene_stop(void);

struct ts_key scene_station(unsigned int n);
struct ts_portal_look scene_about(void);
const struct told *scene_look(const struct ts_portal_look *look);
const struct told *scene_send(unsigned int station, const struct ts_tx_raw *raw);
void scene_deposit(struct ts_tx_raw *raw, const struct ts_signer *wallet, uint64_t nonce);
void scene_approve(struct ts_tx_raw *raw, const struct ts_signer *wallet, uint64_t nonce);
void scene_takes(const struct ts_tx_raw *raw);

#endif /* TS_TESTS_CARRIER_SCENE_H */
