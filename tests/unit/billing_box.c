// SPDX-License-Identifier: GPL-2.0
/* billing_box.c - a box for tests: what billing tells it, and to begin, to end and to die. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "billing_box_parts.h"

#define WEI_PER_GB	"1000000000000000000"

/* --- effects --------------------------------------------------------------- */

static void e_ack(void *ctx, uint64_t reply, const uint8_t ack[TS_ACK_BYTES])
{
	struct box *box = ctx;
	struct box_wallet *w = &box->wallets[reply % BOX_WALLETS];

	if (!fault_touch())
		return;
	box->acks++;
	box->last_reply = reply;
	memcpy(box->last_ack, ack, TS_ACK_BYTES);
	if (!w->waiting || reply >= BOX_WALLETS)
		return;
	w->waiting = false;
	w->acked_wei += w->amount_wei;
	if (w->code >= 0)
		box->codes[w->code].acked_wei += w->amount_wei;
}

static void e_taken(void *ctx, uint64_t reply)
{
	struct box *box = ctx;

	if (!fault_touch())
		return;
	box->taken++;
	box->last_reply = reply;
}

static void e_answer(void *ctx, uint64_t reply, const void *bytes, size_t len)
{
	struct box *box = ctx;

	if (!fault_touch())
		return;
	box->last_reply = reply;
	box->answer.len = len;
	memcpy(box->answer.b, bytes, len);
}

static void e_heard(void *ctx, uint64_t reply, const struct ts_address *partner)
{
	struct box *box = ctx;

	box->heard++;
	box->last_heard = *partner;
}

static void e_refunded(void *ctx, uint64_t reply,
		       const struct ts_address *wallet,
		       const struct ts_address *token)
{
	struct box *box = ctx;

	if (!fault_touch())
		return;
	box->refunds++;
	box->last_reply = reply;
}

static void e_send(void *ctx, const struct ts_address *to, const void *bytes,
		   size_t len)
{
	struct box *box = ctx;
	struct box_message *m;

	if (!fault_touch())
		return;
	/* What is above is lost on the way. */
	if (box->n_messages == BOX_MESSAGES)
		return;
	m = &box->messages[box->n_messages++];
	m->to = *to;
	m->datagram.len = len;
	memcpy(m->datagram.b, bytes, len);
}

static void e_refuse(void *ctx, uint64_t reply, const struct ts_refused *why)
{
	struct box *box = ctx;

	if (!fault_touch())
		return;
	box->refusals++;
	box->last_reply = reply;
	box->last_refusal = *why;
}

static void e_attached(void *ctx, uint64_t reply, const char *code)
{
	struct box *box = ctx;

	if (!fault_touch())
		return;
	box->attaches++;
	box->last_reply = reply;
	strcpy(box->last_attached, code);
}

static void e_claimed(void *ctx, uint64_t reply, const char *order,
		      ts_u128 bought_wei)
{
	struct box *box = ctx;

	if (!fault_touch())
		return;
	box->claims++;
	box->last_reply = reply;
	box->last_bought_wei = bought_wei;
}

static uint64_t e_granted(void *ctx, const char *order, uint64_t arrived_ns,
			  uint64_t frame_ns)
{
	struct box *box = ctx;

	box->granted++;
	return box->now.boot_ns;
}

static void e_changed(void *ctx, const char *code)
{
	struct box *box = ctx;

	box->changes++;
}

static void e_notify(void *ctx, const char *code, enum ts_notice notice)
{
	struct box *box = ctx;

	box->notices[notice]++;
}

static void e_channel(void *ctx, const struct ts_address *partner,
		      const struct ts_address *token)
{
	struct box *box = ctx;

	box->told++;
}

static void e_relay_paid(void *ctx, const struct ts_address *partner,
			 const struct ts_address *token, bool committed)
{
	struct box *box = ctx;

	if (committed)
		box->relay_paid++;
	else
		box->relay_lost++;
}

static void e_log(void *ctx, int priority, const char *text)
{
	struct box *box = ctx;

	box->logs++;
	if (getenv("BOX_LOG"))
		print_message("# log %d: %s\n", priority, text);
}

static void e_random(void *ctx, void *bytes, size_t len)
{
	struct box *box = ctx;
	uint8_t *out = bytes;

	while (len--) {
		box->random = box->random * 6364136223846793005ull + 1442695040888963407ull;
		*out++ = (uint8_t)(box->random >> 56);
	}
}

/* --- the box --------------------------------------------------------------- */

int box_code(struct box *box, unsigned int station)
{
	struct ts_key key = box_key(station);
	char code[TS_CODE_SIZE];

	assert_int_equal(ts_billing_station(box->billing, &key, &box->now, code), 0);
	return box_know_code(box, code);
}

struct ts_session_view box_view(struct box *box, int code)
{
	struct ts_session_view view;

	assert_int_equal(ts_billing_session_view(box->billing,
						 box->codes[code].code, &view), 0);
	return view;
}

void box_flush(struct box *box)
{
	ts_billing_flush(box->billing, &box->now);
	box_note_rows(box);
}

void box_later(struct box *box, uint64_t ns)
{
	uint32_t i;

	box->now.boot_ns += ns;
	if (box->now.wall_s)
		box->now.wall_s = 1800000000 + box->now.boot_ns / 1000000000ull;
	for (i = 1; i < BOX_ACCOUNTS; i++)
		box->accounts[i].a.idle_ms += ns / 1000000;
}

int box_open(struct box *box)
{
	struct ts_billing_effects effects = {
		.ctx = box, .ack = e_ack, .refuse = e_refuse,
		.answer = e_answer, .taken = e_taken, .heard = e_heard, .send = e_send,
		.refunded = e_refunded,
		.attached = e_attached, .claimed = e_claimed, .granted = e_granted,
		.session_changed = e_changed, .notify = e_notify,
		.channel_changed = e_channel, .relay_paid = e_relay_paid,
		.log = e_log, .random = e_random,
	};
	struct ts_billing_meter m = box_meter;
	int ret;

	m.m = box;
	ret = ledger_dir_try(&box->dir, TS_LEDGER_CREATE, &box->ledger);
	if (!ret)
		ret = ts_billing_open(box->ledger, &box->config, &m, &effects,
				      &box->now, &box->billing, box->dir.err,
				      sizeof(box->dir.err));
	if (ret && !fault.dead && !box->quiet)
		print_message("# open: %s\n", box->dir.err);
	if (ret) {
		ts_ledger_close(box->ledger);
		box->ledger = NULL;
		return ret;
	}
	ts_billing_key(box->billing, box->key);
	box_note_rows(box);
	return 0;
}

void box_close(struct box *box)
{
	ts_billing_free(box->billing);
	ts_ledger_close(box->ledger);
	box->billing = NULL;
	box->ledger = NULL;
}

void box_crash(struct box *box, bool power_cut, unsigned int lose)
{
	char path[160];

	fault.dead = true;
	box_close(box);
	if (power_cut) {
		fault_power_cut(lose);
		snprintf(path, sizeof(path), "%s-shm", box->dir.path);
		unlink(path);
		memset(box->accounts, 0, sizeof(box->accounts));
		memset(box->tariffs, 0, sizeof(box->tariffs));
		box->next_epoch = 0;
		box->n_events = 0;
		snprintf(box->config.boot_id, sizeof(box->config.boot_id),
			 "0a0b0c0d-0000-4000-8000-%012u", ++box->boots);
		box->now.boot_ns = 1000000000;
		memset(box->hinted_ns, 0, sizeof(box->hinted_ns));
	} else {
		fault_power_cut(0);
	}
	fault_reset();
}

void box_setup(struct box *box)
{
	box_setup_as(box, 0x22);
}

void box_setup_as(struct box *box, uint8_t seed)
{
	struct ts_billing_tariff *t;
	struct ts_channel c;
	unsigned int i;
	int dir;

	memset(box, 0, sizeof(*box));
	fault_register();
	fault_reset();
	ledger_dir_make(&box->dir);
	box->dir.vfs = "fault";
	box->key = box_make_key(seed);
	box->config.our_address = *ts_signer_address(box->key);
	box->config.n_tokens = 1;
	memset(&box->config.tokens[0].address, 0x73, TS_ADDRESS_BYTES);
	strcpy(box->config.tokens[0].symbol, "MESH");
	memset(&box->config.tokens_network, 0x4e, TS_ADDRESS_BYTES);
	box->config.chain_id = ts_u256_from_u64(20180430);
	strcpy(box->config.boot_id, "0a0b0c0d-0000-4000-8000-000000000000");
	box->config.n_tariffs = 1;
	box->config.default_tariff_id = 1;
	box->config.slice_floor_bytes = 100000;
	t = &box->config.tariffs[0];
	t->id = 1;
	for (dir = 0; dir < TS_DIR_COUNT; dir++)
		strcpy(t->wei_per_gb[TS_CLASS_INTERNET][dir], WEI_PER_GB);
	box->now.boot_ns = 5000000000ull;
	box->now.wall_s = 1800000000;
	box->random = 1;
	for (i = 0; i < BOX_WALLETS; i++)
		box_make_wallet(box, i);
	assert_int_equal(box_open(box), 0);
	for (i = 0; i < BOX_WALLETS; i++) {
		c = box_sees(&box->wallets[i].channel);
		assert_int_equal(ts_billing_channel_import(box->billing, &c, false,
							   &box->now), 0);
	}
	box_flush(box);
}

void box_teardown(struct box *box)
{
	unsigned int i;

	box_close(box);
	fault_power_cut(0);
	ledger_dir_remove(&box->dir);
	for (i = 0; i < BOX_WALLETS; i++) {
		ts_signer_free(box->wallets[i].key);
		free(box->wallets[i].sent);
	}
	ts_signer_free(box->key);
}
