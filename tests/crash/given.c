// SPDX-License-Identifier: GPL-2.0
/*
 * given.c - what leaves a wallet's way: a voucher, the shares of the income, and what goes
 * back at a logout; the daemon may die at any moment of it.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "crash.h"
#include "photon/ack.h"

/* How long a step may need, restarts included. */
#define STEP_MS		20000
/* 50 kB: more than a slice, less than what is sent. */
#define VOUCHER_TOKENS	"0.00005"
#define VOUCHER_WEI	((ts_u128)50000 * WEI_PER_BYTE)
#define ANSWER_SIZE	65536

/* What the test itself knows of all lives; the ledger has to say the same. */
static uint64_t redeemed;

/* The control socket, until there is an answer. */
static json_t *ask(struct play *p, const char *cmd, const char *key, const char *value)
{
	uint64_t until = now_ms() + STEP_MS;
	json_t *answer;

	do {
		box_tend(&p->box);
		answer = box_ask(&p->box, json_pack("{s:s, s:s*}", "cmd", cmd, key, value));
		if (answer)
			return answer;
		nap_ms(3);
	} while (now_ms() < until);
	return NULL;
}

/* One whose code got lost with the daemon is worth nothing to anybody. */
static bool make_voucher(struct play *p, char *code, size_t size)
{
	json_t *answer = ask(p, "voucher-make", "amount", VOUCHER_TOKENS);
	json_t *one = json_array_get(json_object_get(answer, "vouchers"), 0);
	const char *text = json_string_value(json_object_get(one, "code"));

	snprintf(code, size, "%s", text ?: "");
	json_decref(answer);
	return *code;
}

/*
 * POST until it is answered.  Return: the last status, and in @doubt whether one before got
 * lost, so that this one may say that it was done.
 */
static int post(struct play *p, enum place at, const char *path, const char *body,
		bool *doubt)
{
	uint64_t until = now_ms() + STEP_MS;
	static char answer[ANSWER_SIZE];
	size_t len;
	int status;

	*doubt = false;
	do {
		len = sizeof(answer);
		status = net_http(at, "POST", path, body, strlen(body), answer, &len);
		if (status > 0 && status != 503 && status != 429)
			return status;
		*doubt |= status < 0;
		box_tend(&p->box);
		nap_ms(status == 429 ? 1000 : 3);
	} while (now_ms() < until);
	return status;
}

/* Twice: the second time it must be worth nothing. */
static bool redeem(struct play *p, const char *code)
{
	bool doubt, again;
	int status = post(p, AT_SHOPPER, "/v1/session/voucher", code, &doubt);

	if (status != 200 && !(status == 403 && doubt)) {
		note("the voucher is answered %d", status);
		return false;
	}
	redeemed++;
	status = post(p, AT_SHOPPER, "/v1/session/voucher", code, &again);
	if (status != 403)
		note("the voucher is good twice: %d", status);
	return status == 403;
}

static bool log_out(struct play *p, const char *code)
{
	bool doubt;
	int status = post(p, AT_ROUTER, "/v1/session/logout", code, &doubt);

	if (status == 204 || (status == 404 && doubt))
		return true;
	note("the logout is answered %d", status);
	return false;
}

/* The next message of its outbox. Return: whether it was news. */
static bool take(struct payer *payer, const char *hex)
{
	static char answer[ANSWER_SIZE];
	size_t len = sizeof(answer), n;
	uint8_t bytes[TS_DATAGRAM_MAX_BYTES];
	struct ts_effect effect;
	struct ts_channel next;
	enum ts_refusal refusal;
	struct ts_message msg;
	unsigned int value;

	for (n = 0; n < sizeof(bytes) && sscanf(hex + 2 + 2 * n, "%2x", &value) == 1; n++)
		bytes[n] = (uint8_t)value;
	if (ts_message_decode(&msg, bytes, n))
		die("the box sends what is no message");
	refusal = ts_channel_receive(&payer->channel, &msg, bytes, n, &next, &effect);
	/* It is there until we prove by a message of our own that we have it. */
	if (refusal == TS_REFUSED_NONCE_REPLAYED)
		return false;
	if (refusal)
		die("the box's transfer is refused: %s", ts_refusal_text(refusal));
	payer->channel = next;
	net_http(AT_ROUTER, "POST", "/v1/pay", effect.ack, sizeof(effect.ack), answer, &len);
	return effect.kind == TS_EFFECT_CREDIT;
}

/* All that the box has sent it, acknowledged. */
static bool receive(struct play *p, struct payer *payer)
{
	char path[100], address[TS_ADDRESS_TEXT_SIZE];
	uint64_t until = now_ms() + STEP_MS;
	bool news = true;
	json_t *outbox, *messages, *one;
	size_t i;
	int status;

	snprintf(path, sizeof(path), "/v1/outbox?address=%s",
		 ts_address_print(&payer->channel.our_address, address));
	while (news && now_ms() < until) {
		outbox = net_json(AT_ROUTER, path, &status);
		messages = json_object_get(outbox, "messages");
		news = !messages;
		json_array_foreach(messages, i, one)
			news |= take(payer, json_string_value(one));
		json_decref(outbox);
		if (!messages)
			box_tend(&p->box);
	}
	return !news;
}

/**
 * play_given() - a life of the shopper, by what is given, shared and paid back
 * @p: the daemon may die at any moment; it is started again
 *
 * A voucher, twice; traffic; a payment and more traffic; a logout; the holders of shares
 * are paid, and both take what the box has sent them.
 *
 * Return: whether every step came to its end.
 */
bool play_given(struct play *p)
{
	char code[TS_CODE_SIZE], memo[TS_MEMO_SIZE], voucher[40];

	if (!play_memo(p, AT_SHOPPER, code, memo) || !make_voucher(p, voucher, sizeof(voucher)))
		return false;
	if (!redeem(p, voucher) || !traffic_passes(5000)) {
		note("given, and nothing passes");
		return false;
	}
	traffic_burst(60, 1000);
	box_tend(&p->box);
	if (!payer_pay(&p->payers[SHOPPER], &p->box, BY_UDP,
		       (ts_u128)100000 * WEI_PER_BYTE, memo) ||
	    !traffic_passes(5000)) {
		note("paid, and nothing passes");
		return false;
	}
	traffic_burst(30, 1000);
	if (!log_out(p, code))
		return false;
	json_decref(ask(p, "revenue-pay", "name", NULL));
	return receive(p, &p->payers[SHOPPER]) && receive(p, &p->payers[WITNESS]);
}

static ts_u128 sum(sqlite3 *db, const char *sql, const struct ts_address *wallet)
{
	sqlite3_stmt *stmt = NULL;
	ts_u128 all = 0;

	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL))
		die("audit: %s", sqlite3_errmsg(db));
	if (wallet)
		sqlite3_bind_blob(stmt, 1, wallet->b, TS_ADDRESS_BYTES, NULL);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		all += ts_u128_get(sqlite3_column_blob(stmt, 0));
		if (sqlite3_column_count(stmt) > 1)
			all -= ts_u128_get(sqlite3_column_blob(stmt, 1));
	}
	sqlite3_finalize(stmt);
	return all;
}

static bool same(const char *when, const char *what, ts_u128 is_wei, ts_u128 wanted_wei)
{
	char is[TS_U128_TEXT_SIZE], wanted[TS_U128_TEXT_SIZE];

	/* Every life does all of it. */
	if (is_wei && is_wei == wanted_wei)
		return true;
	note("%s: %s: %s, not %s", when, what, ts_u128_print(is_wei, is),
	     ts_u128_print(wanted_wei, wanted));
	return false;
}

/**
 * audit_given() - what was given, shared and paid back, as the test and its payers know it
 * @p: whose
 * @when: for the notes
 *
 * ts_ledger_check() has compared these rows with each other; here they are compared with
 * what came of them.
 */
bool audit_given(const struct play *p, const char *when)
{
	const struct ts_channel *shopper = &p->payers[SHOPPER].channel;
	const struct ts_channel *witness = &p->payers[WITNESS].channel;
	char path[256];
	bool good;
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/state/ledger.db", p->box.dir);
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL))
		die("audit: %s: %s", path, sqlite3_errmsg(db));
	sqlite3_busy_timeout(db, 2000);
	good = same(when, "given by vouchers",
		    sum(db, "SELECT wei FROM gifts WHERE kind = 2", NULL),
		    redeemed * VOUCHER_WEI);
	good &= same(when, "used vouchers",
		     sum(db, "SELECT wei FROM vouchers WHERE state = 1", NULL),
		     redeemed * VOUCHER_WEI);
	good &= same(when, "refunded to the shopper",
		     sum(db, "SELECT refunded_wei FROM payments WHERE wallet = ?",
			 &shopper->our_address), shopper->partner_proof.transferred_wei);
	good &= same(when, "paid to the holder of a share",
		     sum(db, "SELECT wei, lost_wei FROM payouts WHERE holder = ?",
			 &witness->our_address), witness->partner_proof.transferred_wei);
	sqlite3_close(db);
	return good;
}
