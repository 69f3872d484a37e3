// SPDX-License-Identifier: GPL-2.0
/* front_ops.c - what the portal asks of the daemon, and hands on to billing. */
#include <errno.h>

#include "billing/gift.h"
#include "billing/sponsor.h"
#include "tsd/daemon.h"
#include "tsd/front.h"
#include "tsd/sponsor.h"

static const struct ts_refused busy = {
	.kind = TS_REFUSE_BUSY,
	.name = "busy",
	.text = "too many requests at once; send it again",
};

static void from_portal(struct ts_daemon *d, const void *bytes, size_t len,
			uint64_t portal_reply, ts_take *take)
{
	struct ts_reply *reply = ts_effects_wait(d, ts_clock_boot_ns());

	if (!reply) {
		ts_portal_refuse(d->portal, portal_reply, &busy);
		return;
	}
	reply->http = true;
	reply->portal_reply = portal_reply;
	ts_effects_hand(d, bytes, len, reply->number, take);
}

static void portal_pay(void *ctx, const void *bytes, size_t len, uint64_t portal_reply)
{
	from_portal(ctx, bytes, len, portal_reply, ts_billing_datagram);
}

static void portal_logout(void *ctx, const void *code, size_t len,
			  uint64_t portal_reply)
{
	from_portal(ctx, code, len, portal_reply, ts_billing_logout);
}

/* By its wallet's signature alone, wherever it comes from. */
static void portal_sponsor(void *ctx, const void *bytes, size_t len,
			   uint64_t portal_reply)
{
	from_portal(ctx, bytes, len, portal_reply, ts_billing_sponsor_signed);
}

static json_t *portal_sponsored(void *ctx, const struct ts_address *wallet)
{
	return ts_sponsor_wallet_json(ctx, wallet);
}

static int portal_who(void *ctx, const struct sockaddr *peer, struct ts_key *key)
{
	struct ts_daemon *d = ctx;

	return ts_neigh_station(d->neigh, peer, ts_ports_zone, &d->ports, key);
}

static int portal_nonce(void *ctx, const struct sockaddr *peer,
			struct ts_billing_nonce *nonce)
{
	struct ts_daemon *d = ctx;
	struct ts_time now;
	struct ts_key key;

	if (portal_who(ctx, peer, &key))
		return -ENOENT;
	ts_clock_now(&now);
	ts_billing_nonce(d->billing, &key, &now, nonce);
	return 0;
}

/* What a station says of itself, or its wallet has signed. */
static int to_billing_of_station(struct ts_daemon *d, const struct sockaddr *peer,
				 const void *bytes, size_t len,
				 uint64_t portal_reply,
				 void (*take)(struct ts_billing *b,
					      const struct ts_key *key,
					      const void *bytes, size_t len,
					      uint64_t reply,
					      const struct ts_time *now))
{
	struct ts_reply *reply;
	struct ts_time now;
	struct ts_key key;

	if (portal_who(d, peer, &key))
		return -ENOENT;
	reply = ts_effects_wait(d, ts_clock_boot_ns());
	if (!reply) {
		ts_portal_refuse(d->portal, portal_reply, &busy);
		return 0;
	}
	reply->http = true;
	reply->portal_reply = portal_reply;
	memcpy(&reply->from.addr, peer, peer->sa_family == AF_INET ?
	       sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
	ts_clock_now(&now);
	take(d->billing, &key, bytes, len, reply->number, &now);
	ts_loop_wake(d);
	return 0;
}

static int portal_attach(void *ctx, const struct sockaddr *peer,
			 const void *bytes, size_t len, uint64_t portal_reply)
{
	return to_billing_of_station(ctx, peer, bytes, len, portal_reply,
				 ts_billing_attach);
}

static int portal_refund(void *ctx, const struct sockaddr *peer,
			 const void *bytes, size_t len, uint64_t portal_reply)
{
	return to_billing_of_station(ctx, peer, bytes, len, portal_reply,
				 ts_billing_refund_signed);
}

static int portal_roam(void *ctx, const struct sockaddr *peer, const void *bytes,
		       size_t len, uint64_t portal_reply)
{
	return to_billing_of_station(ctx, peer, bytes, len, portal_reply, ts_billing_roam);
}

static int portal_voucher(void *ctx, const struct sockaddr *peer, const void *bytes,
			  size_t len, uint64_t portal_reply)
{
	return to_billing_of_station(ctx, peer, bytes, len, portal_reply, ts_billing_voucher);
}

/* Whatever the body says. */
static void allowance(struct ts_billing *b, const struct ts_key *key, const void *bytes,
		      size_t len, uint64_t reply, const struct ts_time *now)
{
	ts_billing_allowance(b, key, reply, now);
}

static int portal_allowance(void *ctx, const struct sockaddr *peer, const void *bytes,
			    size_t len, uint64_t portal_reply)
{
	return to_billing_of_station(ctx, peer, bytes, len, portal_reply, allowance);
}

static const struct ts_refused no_chain = {
	.kind = TS_REFUSE_UNKNOWN,
	.name = "no_chain",
	.text = "this box asks no node of the chain; open the channel elsewhere",
};

static int portal_look(void *ctx, const struct sockaddr *peer,
		       const struct ts_portal_look *look, uint64_t portal_reply)
{
	struct ts_daemon *d = ctx;
	struct ts_key key;

	if (portal_who(d, peer, &key))
		return -ENOENT;
	if (d->carrier)
		ts_carrier_look(d->carrier, &key, look, portal_reply);
	else
		ts_portal_refuse(d->portal, portal_reply, &no_chain);
	return 0;
}

static int portal_carry(void *ctx, const struct sockaddr *peer, const void *bytes,
			size_t len, uint64_t portal_reply)
{
	struct ts_daemon *d = ctx;
	struct ts_key key;

	if (portal_who(d, peer, &key))
		return -ENOENT;
	if (d->carrier)
		ts_carrier_send(d->carrier, &key, bytes, len, portal_reply);
	else
		ts_portal_refuse(d->portal, portal_reply, &no_chain);
	return 0;
}

/* From another box, which is nobody's station. */
static void portal_claim(void *ctx, const void *bytes, size_t len,
			 uint64_t portal_reply)
{
	from_portal(ctx, bytes, len, portal_reply, ts_billing_claim);
}

static void on_mirrored(void *ctx, uint64_t portal_reply, uint64_t nonce)
{
	struct ts_daemon *d = ctx;

	ts_portal_mirrored(d->portal, portal_reply, nonce);
}

static void on_not_mirrored(void *ctx, uint64_t portal_reply,
			    const struct ts_refused *why)
{
	struct ts_daemon *d = ctx;

	ts_portal_refuse(d->portal, portal_reply, why);
}

static void portal_mirror(void *ctx, const void *bytes, size_t len,
			  uint64_t portal_reply)
{
	const struct ts_chain_mirrorer to = {
		.ctx = ctx, .reply = portal_reply, .kept = on_mirrored,
		.refuse = on_not_mirrored,
	};
	struct ts_daemon *d = ctx;

	ts_chain_mirror(d->chain, bytes, len, &to);
	ts_loop_wake(d);
}

static int portal_station(void *ctx, const struct sockaddr *peer,
			  char code[TS_CODE_SIZE])
{
	struct ts_daemon *d = ctx;
	struct ts_time now;
	struct ts_key key;
	int ret;

	ret = portal_who(ctx, peer, &key);
	if (ret)
		return ret;
	ts_clock_now(&now);
	ret = ts_billing_station(d->billing, &key, &now, code);
	ts_loop_wake(d);
	return ret;
}

static int portal_find(void *ctx, const struct sockaddr *peer,
		       char code[TS_CODE_SIZE])
{
	struct ts_daemon *d = ctx;
	struct ts_key key;

	if (portal_who(ctx, peer, &key))
		return -ENOENT;
	return ts_billing_station_find(d->billing, &key, code);
}

/* A session that was paid for, or given something; who is paid for by a wallet has no more. */
static bool has_own(const struct ts_session_view *view)
{
	return view->state != TS_SESSION_NEVER_PAID &&
	       (view->attached_wei || !view->sponsored_wei);
}

/* Nobody's value is taken: neither that session's nor the asker's own. */
static void portal_show(void *ctx, const struct sockaddr *peer, const char *code)
{
	struct ts_daemon *d = ctx;
	struct ts_session_view view;
	char own[TS_CODE_SIZE];
	struct ts_time now;
	struct ts_key key;

	if (ts_billing_session_view(d->billing, code, &view) || view.has_station ||
	    portal_who(ctx, peer, &key))
		return;
	if (!ts_billing_station_find(d->billing, &key, own) &&
	    !ts_billing_session_view(d->billing, own, &view) && has_own(&view))
		return;
	ts_clock_now(&now);
	ts_billing_session_move(d->billing, code, &key, &now);
	ts_loop_wake(d);
}

static int portal_session(void *ctx, const char *code, struct ts_session_view *view)
{
	struct ts_daemon *d = ctx;

	return ts_billing_session_view(d->billing, code, view);
}

static int portal_channel(void *ctx, const struct ts_address *wallet,
			  const struct ts_address *token,
			  struct ts_channel_view *view)
{
	struct ts_daemon *d = ctx;

	return ts_billing_channel_view(d->billing, wallet, token, view);
}

static int portal_outbox(void *ctx, const struct ts_address *wallet,
			 int (*cb)(const void *bytes, size_t len, void *arg),
			 void *arg)
{
	struct ts_daemon *d = ctx;

	return ts_billing_outbox_each(d->billing, wallet, cb, arg);
}

static int portal_tariffs(void *ctx,
			  int (*cb)(const struct ts_ledger_tariff *, bool, void *),
			  void *arg)
{
	struct ts_daemon *d = ctx;
	struct ts_time now;

	ts_clock_now(&now);
	return ts_billing_tariff_each(d->billing, &now, cb, arg);
}

static int portal_fas(void *ctx, const struct sockaddr *peer, const struct ts_fas *fas,
		      char url[TS_FAS_URL_SIZE])
{
	struct ts_daemon *d = ctx;

	/* The portal is there a moment before. */
	return d->opennds ? ts_opennds_fas(d->opennds, peer, fas, url) : -ENOENT;
}

static void portal_now(void *ctx, struct ts_time *now)
{
	ts_clock_now(now);
}

static json_t *portal_health(void *ctx, bool *healthy)
{
	return ts_status_health(ctx, healthy);
}

/** ts_front_ops() - the functions that the portal is given */
void ts_front_ops(struct ts_portal_ops *ops, struct ts_daemon *d)
{
	*ops = (struct ts_portal_ops){
		.ctx = d,
		.station = portal_station,
		.find = portal_find,
		.who = portal_who,
		.show = portal_show,
		.session = portal_session,
		.channel = portal_channel,
		.outbox = portal_outbox,
		.tariffs = portal_tariffs,
		.pay = portal_pay,
		.nonce = portal_nonce,
		.attach = portal_attach,
		.voucher = portal_voucher,
		.allowance = portal_allowance,
		.refund = portal_refund,
		.mirror = portal_mirror,
		.roam = portal_roam,
		.look = portal_look,
		.carry = portal_carry,
		.claim = portal_claim,
		.logout = portal_logout,
		.sponsor = portal_sponsor,
		.sponsored = portal_sponsored,
		.fas = d->config->opennds.gateway.len ? portal_fas : NULL,
		.health = portal_health,
		.now = portal_now,
	};
}
