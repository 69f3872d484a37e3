/* SPDX-License-Identifier: GPL-2.0 */
/* relay_scene.h - a buyer and a seller, and what happens between them, for tests. */
#ifndef TS_TEST_RELAY_SCENE_H
#define TS_TEST_RELAY_SCENE_H

#include "relay_pair.h"

#define MIB		(1 << 20)
#define INTERVALS	100

extern struct mesh mesh;

#define buyer	(&mesh.side[0])
#define seller	(&mesh.side[1])

int scene_set_up(void **state);
int scene_tear_down(void **state);
void meet(void);
void assert_no_event(struct side *s);
ts_u128 part(ts_u128 wei, unsigned int per_mille);
void assert_seller_loses_little(void);
void assert_buyer_loses_little(void);
void one_interval(uint64_t up_bytes, uint64_t down_bytes);
void intervals(unsigned int n, uint64_t up_bytes, uint64_t down_bytes);
void begin_honestly(struct side *judge);
void assert_told(struct side *judge, enum ts_relay_event event);

#endif /* TS_TEST_RELAY_SCENE_H */
