// SPDX-License-Identifier: GPL-2.0
/*
 * relay_game.c - histories of two boxes that carry for each other, driven by bytes: two a
 * step.  The first is honest, but may be killed or lose its power; the second has its key
 * and does what it likes: it lies, pads, does not pay, signs any receipt, hello and tariff,
 * spoils and repeats messages.  After each step, for the honest one:
 *
 *  - what it has paid is no more than it has had, by the prices asked, than what it sent
 *    up and was refused (a relay that drops frames is paid, Documentation/relay.md), and
 *    than what was made up for it and is tolerated or a window (for each start one);
 *  - what it has carried and is not settled is no more than a window and 2 %, and a window
 *    more for each time that it was without power;
 *  - the kernel was never granted more than its owner knows to be settled, with that;
 *  - what it said before holds (relay_pair.c's witness).
 *
 * In the end its ledger adds up (ts_ledger_check()).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "../unit/relay_pair.h"

#define KIB		1024
#define STEPS_MAX	48

static struct mesh mesh;

#define honest	(&mesh.side[0])
#define hostile	(&mesh.side[1])

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* No disk is so fast. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	if (!access("/dev/shm", W_OK))
		setenv("TMPDIR", "/dev/shm", 1);
	return 0;
}

static void require(bool holds)
{
	if (!holds)
		abort();
}

static ts_u128 larger(ts_u128 a, ts_u128 b)
{
	return a > b ? a : b;
}

static ts_u128 less(ts_u128 a, ts_u128 b)
{
	return a > b ? a - b : 0;
}

static void check(unsigned int cuts)
{
	ts_u128 window_wei = larger(mesh_window_wei(honest), mesh_window_wei(hostile));
	ts_u128 part_wei = (honest->carried_wei + hostile->aired_wei) / 50;
	ts_u128 gave_wei = honest->carried_wei + honest->sent_wei;
	ts_u128 got_wei = hostile->aired_wei + hostile->spurned_wei + hostile->sent_wei;

	require(less(gave_wei, got_wei) <=
		part_wei + (1 + honest->kills) * window_wei);
	require(less(honest->carried_wei, mesh_view(&mesh, honest).netted_wei +
		     hostile->sent_wei) <=
		honest->carried_wei / 50 + (1 + cuts) * mesh_window_wei(honest));
}

/* Any numbers, signed by who may sign them. */
static void forge_receipt(uint8_t how)
{
	struct ts_relay_receipt r = hostile->last_said;
	struct in_flight msg = { .len = TS_RECEIPT_BYTES };
	ts_u128 much = (ts_u128)1 << (how >> 3 & 31) << (how & 1 ? 64 : 0);

	if (!r.number)
		return;
	r.number += 1 + (how >> 7);
	r.seen += how & 1;
	switch (how & 6) {
	case 0:
		r.bought_wei += much;
		r.netted_wei += much;
		break;
	case 2:
		r.sold_wei += much;
		r.sold.bytes[how & 1][how >> 3 & 1] += (uint64_t)much;
		break;
	case 4:
		r.window_wei = much;
		r.paid_wei = much;
		break;
	default:
		r.bought.bytes[how & 1][how >> 3 & 1] = how;
		r.received_wei = 0;
		break;
	}
	ts_receipt_sign(&r, hostile->key, msg.b);
	mesh_give(&mesh, honest, &msg);
}

static void spoil(struct in_flight msg, uint8_t how)
{
	if (!msg.len)
		return;
	msg.b[how * 3 % msg.len] ^= how | 1;
	require(mesh_give(&mesh, honest, &msg) != TS_RELAY_TAKEN);
}

static void talk(uint8_t how)
{
	switch (how & 3) {
	case 0:
		spoil(hostile->last_receipt, how);
		break;
	case 1:
		spoil(hostile->last_hello, how);
		break;
	case 2:
		mesh_give(&mesh, honest, &hostile->last_receipt);
		break;
	default:
		mesh_give(&mesh, honest, &honest->last_receipt);
		break;
	}
}

static void lie(uint8_t how)
{
	mesh_begin_to_lie(hostile);
	hostile->sold_per_mille = how & 1 ? 1000 + how : 1000;
	hostile->bought_per_mille = how & 2 ? 1000 - how : 1000;
	hostile->pay_nothing = how & 4;
	honest->usable = !(how & 0x80) || !(how & 0x40);
}

static void one_step(uint8_t op, uint8_t how, unsigned int *cuts)
{
	uint64_t bytes = (uint64_t)how * 16 * KIB;

	switch (op & 7) {
	case 0:
		mesh_up(&mesh, op & 8 ? hostile : honest, bytes);
		break;
	case 1:
		mesh_down(&mesh, op & 8 ? hostile : honest, bytes);
		break;
	case 2:
		mesh_junk(&mesh, honest, bytes);
		break;
	case 3:
		lie(how);
		break;
	case 4:
		forge_receipt(how);
		break;
	case 5:
		talk(how);
		break;
	case 6:
		if (op & 8)
			mesh_kill(&mesh, how & 1 ? honest : hostile);
		else if (how & 1)
			(*cuts)++, mesh_power_cut(&mesh, honest);
		else
			mesh_power_cut(&mesh, hostile);
		break;
	default:
		mesh.lose_per_mille = op & 8 ? how * 4 : 0;
		mesh.late_s = op & 16 ? how & 15 : 0;
		break;
	}
	mesh_run(&mesh, 1 + (op >> 5));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned int cuts = 0;
	size_t step;

	mesh_open(&mesh);
	mesh_run(&mesh, 3);
	for (step = 0; step < STEPS_MAX && 2 * step + 1 < size; step++) {
		one_step(data[2 * step], data[2 * step + 1], &cuts);
		check(cuts);
	}
	mesh_close(&mesh);
	return 0;
}
