// SPDX-License-Identifier: GPL-2.0
/* payer.c - wallet, purse and box joined: making a payment arrive. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "chain/describe.h"
#include "chain/token.h"
#include "keys/keyfile.h"
#include "tspay/discover.h"
#include "tspay/payer.h"
#include "tspay/udp.h"

/* Seconds that a node on the link has to answer. */
#define DISCOVER_ASKS 5
/* How often the box is asked for messages of its own. */
#define FETCH_MS 30000

static int say(const char *text)
{
	fprintf(stderr, "tspay: %s\n", text);
	return 1;
}

static int open_key(struct payer *p)
{
	struct ts_passphrase *passphrase;
	struct ts_keys_error error;

	if (ts_passphrase_from(p->o->passphrase, "Passphrase: ", false, &passphrase, &error))
		return say(error.text);
	if (ts_keyfile_load(p->o->key_file, passphrase, &p->signer, &error)) {
		ts_passphrase_free(passphrase);
		return say(error.text);
	}
	ts_passphrase_free(passphrase);
	return 0;
}

/*
 * All amounts of the command line are in tokens: a box that moved the point
 * would move the cap and the highest price with it.  @contract: of a channel that
 * is known already, or NULL.
 */
static int know_token(struct payer *p, const struct ts_address *contract)
{
	char err[512];

	p->token.decimals = p->o->decimals;
	if (!p->box)
		return 0;
	if (box_token(p->box, contract, p->o->token, &p->token, err, sizeof(err)))
		return say(err);
	if (p->token.decimals == p->o->decimals)
		return 0;
	snprintf(err, sizeof(err),
		 "the box says that its token has %u decimals, not %u; if you know that this is so, say --decimals %u",
		 p->token.decimals, p->o->decimals, p->token.decimals);
	return say(err);
}

/* The file's, or the box's in the token that was chosen. */
static int see_channel(struct payer *p, struct ts_channel *seen)
{
	char err[512];
	json_error_t je;
	json_t *json;
	int ret;

	if (!p->o->channel_file) {
		ret = box_channel(p->box, ts_signer_address(p->signer), &p->token.contract,
				  seen, err, sizeof(err));
		return ret ? say(err) : 0;
	}
	json = json_load_file(p->o->channel_file, JSON_REJECT_DUPLICATES, &je);
	if (!json) {
		/* A file that cannot be read has no line, and its name is in the text. */
		if (je.line < 1)
			return say(je.text);
		snprintf(err, sizeof(err), "%s, line %d: %s", p->o->channel_file, je.line, je.text);
		return say(err);
	}
	ret = ts_channel_from_json(json, TS_SIDE_WALLET, seen, err, sizeof(err));
	json_decref(json);
	return ret ? say(err) : know_token(p, &seen->token);
}

/* "--udp" alone means the box's own Photon port. */
static int open_udp(struct payer *p)
{
	const char *host = p->o->url ? strstr(p->o->url, "://") : NULL;
	char peer[300], err[512];
	int n;

	if (*p->o->udp) {
		snprintf(peer, sizeof(peer), "%s", p->o->udp);
	} else {
		if (!host || !p->token.photon_port)
			return say("this box tells no Photon port; give --udp HOST:PORT");
		host += 3;
		n = host[0] == '[' ? (int)strcspn(host, "]") + 1 : (int)strcspn(host, ":/");
		snprintf(peer, sizeof(peer), "%.*s:%u", n, host, p->token.photon_port);
	}
	p->udp_fd = udp_open(peer, err, sizeof(err));
	return p->udp_fd < 0 ? say(err) : 0;
}

static int open_found(struct payer *p, const struct ts_address *node)
{
	char peer[DISCOVER_PEER_SIZE], err[512];

	if (discover(node, DISCOVER_ASKS, peer, p->stop, err, sizeof(err)))
		return say(err);
	fprintf(stderr, "tspay: found at %s\n", peer);
	p->udp_fd = udp_open(peer, err, sizeof(err));
	return p->udp_fd < 0 ? say(err) : 0;
}

int payer_begin(struct payer *p, const struct options *o, const volatile sig_atomic_t *stop)
{
	memset(p, 0, sizeof(*p));
	p->o = o;
	p->stop = stop;
	p->udp_fd = -1;
	show_init(&p->show);
	if (open_key(p))
		return 1;
	if (o->url) {
		p->box = box_open(o->url, o->code);
		if (!p->box)
			return say("out of memory");
	}
	/* A channel of a file names its token itself. */
	p->token.decimals = o->decimals;
	return o->channel_file ? 0 : know_token(p, NULL);
}

int payer_open(struct payer *p, const struct options *o, const volatile sig_atomic_t *stop)
{
	struct ts_channel seen;
	char err[512];

	if (payer_begin(p, o, stop) || see_channel(p, &seen))
		return 1;
	if (o->udp && open_udp(p))
		return 1;
	if (!ts_address_equal(&seen.our_address, ts_signer_address(p->signer)))
		return say("this channel belongs to another wallet than the key");
	if (o->discover && open_found(p, &seen.partner_address))
		return 1;
	if (purse_open(&p->purse, o->state_dir, &seen, err, sizeof(err)))
		return say(err);
	return 0;
}

void payer_close(struct payer *p)
{
	show_end(&p->show);
	if (p->udp_fd >= 0)
		close(p->udp_fd);
	purse_close(&p->purse);
	box_close(p->box);
	ts_signer_free(p->signer);
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* M7: above it the box has to stop, and to give back. What no price can be is no limit. */
static ts_u128 memo_most(ts_u128 max_wei_per_gb)
{
	return max_wei_per_gb < TS_MEMO_MOST_END ? max_wei_per_gb : 0;
}

int payer_pay(struct payer *p, const struct session *s, ts_u128 wei)
{
	char memo[TS_MEMO_SIZE] = "", err[512], amount[TS_TOKEN_TEXT_SIZE];
	struct spent before = p->purse.spent;
	struct ts_memo m;

	/* What an earlier run or try left behind comes first, in the same bytes. */
	if (payer_deliver(p))
		return 1;
	if (s) {
		memcpy(m.code, s->code, sizeof(m.code));
		m.tariff_id = s->tariff_id;
		m.most_wei_per_gb = memo_most(p->o->policy.max_wei_per_gb);
		ts_memo_print(&m, memo);
	}
	/* A box may keep what it says it has not got: signed is spent. */
	spent_add(&p->purse.spent, now_ms() / 1000, wei);
	if (purse_pay(&p->purse, p->signer, wei, s ? memo : NULL, err, sizeof(err))) {
		p->purse.spent = before;
		return say(err);
	}
	p->paid_wei += wei;
	if (payer_deliver(p))
		return 1;
	show_line(&p->show, "paid %s %s, nonce %" PRIu64,
		  ts_token_print(wei, p->token.decimals, amount),
		  p->token.symbol[0] ? p->token.symbol : "wei", p->purse.life.channel.our_proof.nonce);
	return 0;
}

void payer_moment(struct ts_moment *moment)
{
	*moment = (struct ts_moment){ .now_ns = now_ms() * 1000000 };
}

/* "tspay channel deposit" may have added to it; or it was closed. */
static void look_again(struct payer *p)
{
	const struct ts_channel *c = &p->purse.life.channel;
	struct ts_channel seen;
	char err[512];

	if (box_channel(p->box, &c->our_address, &c->token, &seen, err, sizeof(err)) ||
	    !ts_hash_equal(&seen.channel_identifier, &c->channel_identifier) ||
	    seen.open_block_number != c->open_block_number)
		return;
	if (purse_seen(&p->purse, &seen, err, sizeof(err)))
		show_line(&p->show, "%s", err);
}

/* Refunds, mostly: what the box has for us, once in a while. */
static void fetch(struct payer *p)
{
	struct ts_moment moment;

	if (p->fetched_ms && now_ms() - p->fetched_ms < FETCH_MS)
		return;
	p->fetched_ms = now_ms();
	payer_moment(&moment);
	if (payer_fetch(p, &moment) > 0)
		payer_deliver(p);
	look_again(p);
}

/*
 * A session that spends another token now will spend ours at our tariff: that is
 * the price for us.  The bytes that are left are bytes in any token.
 */
static void price_in_our_token(const struct payer *p, struct session *s)
{
	if (ts_address_is_zero(&s->token) ||
	    ts_address_equal(&s->token, &p->purse.life.channel.token))
		return;
	s->tariff_id = p->token.tariff_id;
	s->wei_per_gb = p->token.wei_per_gb;
}

int payer_once(struct payer *p, ts_u128 wei)
{
	struct session s;
	char err[512];

	if (!p->box)
		return payer_pay(p, NULL, wei);
	if (box_session(p->box, &s, err, sizeof(err)))
		return say(err);
	fetch(p);
	price_in_our_token(p, &s);
	if (s.wei_per_gb > p->o->policy.max_wei_per_gb)
		return say(answer_text(ANSWER_TOO_DEAR));
	return payer_pay(p, &s, wei);
}

static enum answer decide(struct payer *p, const struct session *s, ts_u128 *wei)
{
	struct offer offer = {
		.wei_per_gb = s->wei_per_gb,
		.remaining_bytes = s->remaining_bytes,
		.balance_wei = ts_channel_our_balance_wei(&p->purse.life.channel),
		.now_s = now_ms() / 1000,
	};

	return policy_decide(&p->o->policy, &p->purse.spent, &offer, wei);
}

/*
 * A session shows the price that is held for what it spends now; what is paid now comes
 * under the one that holds now, and would only come back if that is above our limit.
 */
static bool is_dearer_now(struct payer *p)
{
	ts_u128 most = p->o->policy.max_wei_per_gb;

	return most != TS_U128_MAX && (know_token(p, &p->purse.life.channel.token) ||
				       p->token.wei_per_gb > most);
}

int payer_watch(struct payer *p)
{
	struct session s;
	enum answer answer;
	ts_u128 wei;
	char err[512];

	if (box_session(p->box, &s, err, sizeof(err)))
		return say(err);
	while (!*p->stop) {
		fetch(p);
		price_in_our_token(p, &s);
		answer = decide(p, &s, &wei);
		if (answer == ANSWER_PAY && is_dearer_now(p))
			answer = ANSWER_TOO_DEAR;
		show_session(&p->show, &s, &p->token, answer, p->paid_wei, now_ms());
		if (answer == ANSWER_PAY) {
			if (payer_pay(p, &s, wei))
				payer_nap(p, 1);
			/* Not from the stream: what was paid must be counted in. */
			if (box_session(p->box, &s, err, sizeof(err)))
				show_line(&p->show, "%s", err);
			else
				continue;
		}
		if (box_watch(p->box, &s, 1000, err, sizeof(err)) < 0 && !*p->stop) {
			show_line(&p->show, "%s", err);
			payer_nap(p, 1);
			/* The box may have no stream left, but still an answer. */
			box_session(p->box, &s, err, sizeof(err));
		}
	}
	return 0;
}
