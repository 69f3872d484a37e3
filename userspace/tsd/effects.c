// SPDX-License-Identifier: GPL-2.0
/*
 * effects.c - between billing and the world: datagrams in, what follows out.
 *
 * Billing calls the effects from ts_billing_flush() alone, after the commit;
 * so whatever leaves here is on disk.
 */
#include <errno.h>
#include <sodium.h>
#include <syslog.h>

#include "billing/gift.h"
#include "tsd/daemon.h"
#include "tsd/log.h"

static void on_ack(void *ctx, uint64_t number, const uint8_t ack[TS_ACK_BYTES])
{
	struct ts_daemon *d = ctx;
	struct ts_reply to;

	if (!ts_reply_take(&d->replies, number, &to))
		return;
	if (!d->first_arrival_ns || to.arrived_ns < d->first_arrival_ns)
		d->first_arrival_ns = to.arrived_ns;
	if (to.http)
		ts_portal_ack(d->portal, to.portal_reply, ack);
	else
		ts_udp_send(d->udp, ack, TS_ACK_BYTES, &to.from);
}

/* By HTTP nobody asks what has such an answer. */
static void on_answer(void *ctx, uint64_t number, const void *bytes, size_t len)
{
	struct ts_daemon *d = ctx;
	struct ts_reply to;

	if (!ts_reply_take(&d->replies, number, &to))
		return;
	if (to.http)
		ts_portal_taken(d->portal, to.portal_reply);
	else
		ts_udp_send(d->udp, bytes, len, &to.from);
}

static void on_taken(void *ctx, uint64_t number)
{
	struct ts_daemon *d = ctx;
	struct ts_reply to;

	if (ts_reply_take(&d->replies, number, &to) && to.http)
		ts_portal_taken(d->portal, to.portal_reply);
}

static void on_heard(void *ctx, uint64_t number, const struct ts_address *partner)
{
	struct ts_daemon *d = ctx;
	const struct ts_reply *from = ts_reply_find(&d->replies, number);
	uint64_t now_ns = ts_clock_boot_ns();
	struct ts_peer_place place = { 0 };
	const struct ts_peer *before;
	struct ts_endpoint left;

	if (!from || from->http || !d->peers)
		return;
	/* One place of each: who has a channel cannot make a thousand known. */
	before = ts_peers_find(d->peers, partner, now_ns);
	if (before) {
		ts_peer_endpoint(before, &left);
		ts_udp_forget(d->udp, &left);
	}
	ts_udp_know(d->udp, &from->from);
	place.family = (uint8_t)ts_endpoint_address(
		(const struct sockaddr *)&from->from.addr, place.ip);
	place.port = ts_endpoint_port(&from->from);
	ts_peers_learn(d->peers, partner, &place, TS_PEER_MESSAGE, true, now_ns);
}

static void on_refunded(void *ctx, uint64_t number,
			const struct ts_address *wallet,
			const struct ts_address *token)
{
	struct ts_daemon *d = ctx;
	struct ts_reply to;

	if (ts_reply_take(&d->replies, number, &to))
		ts_portal_refunded(d->portal, to.portal_reply, wallet, token);
}

/* To whom we know no way, it waits in the outbox for who fetches it by HTTP. */
static void on_send(void *ctx, const struct ts_address *to, const void *bytes,
		    size_t len)
{
	struct ts_daemon *d = ctx;
	const struct ts_peer *peer = NULL;
	struct ts_endpoint place;

	if (d->peers && d->udp)
		peer = ts_peers_find(d->peers, to, ts_clock_boot_ns());
	if (!peer) {
		d->no_way++;
		return;
	}
	ts_peer_endpoint(peer, &place);
	ts_udp_send(d->udp, bytes, len, &place);
}

static void on_refuse(void *ctx, uint64_t number, const struct ts_refused *why)
{
	struct ts_daemon *d = ctx;
	struct ts_reply to;

	if (!ts_reply_take(&d->replies, number, &to))
		return;
	if (ts_log_wants(TS_LOG_DEBUG)) {
		char text[TS_ENDPOINT_TEXT_SIZE] = "http";

		if (!to.http)
			ts_endpoint_print(&to.from, text);
		ts_log_fields(TS_LOG_DEBUG, "datagram_refused",
			      json_pack("{s:s, s:s}", "why", why->name, "from", text));
	}
	if (to.http)
		ts_portal_refuse(d->portal, to.portal_reply, why);
}

static void on_attached(void *ctx, uint64_t number, const char *code)
{
	struct ts_daemon *d = ctx;
	struct ts_session_view view;
	struct ts_reply to;

	if (!ts_reply_take(&d->replies, number, &to))
		return;
	/* A guest has shown its order from the address that its flows are for. */
	if (d->gate && !ts_billing_session_view(d->billing, code, &view) && view.roaming)
		ts_gate_guest(d->gate, (const struct sockaddr *)&to.from.addr);
	ts_portal_attached(d->portal, to.portal_reply, code);
}

static void on_claimed(void *ctx, uint64_t number, const char *order,
		       ts_u128 bought_wei)
{
	struct ts_daemon *d = ctx;
	struct ts_reply to;

	if (ts_reply_take(&d->replies, number, &to))
		ts_portal_claimed(d->portal, to.portal_reply, order, bought_wei);
}

/* How long a client that came here was without: said, and kept. */
static uint64_t on_granted(void *ctx, const char *order, uint64_t arrived_ns,
			   uint64_t frame_ns)
{
	uint64_t now_ns = ts_clock_boot_ns();
	struct ts_daemon *d = ctx;

	ts_lag_add(&d->roam_lag, arrived_ns, now_ns);
	if (frame_ns)
		ts_lag_add(&d->roam_frame_lag, frame_ns, now_ns);
	ts_log(TS_LOG_INFO, "guest %s: its first grant is in the kernel %llu ms after its order, %llu ms after its first frame",
	       order, (unsigned long long)(now_ns - arrived_ns) / 1000000,
	       (unsigned long long)(now_ns - (frame_ns ? frame_ns : arrived_ns)) / 1000000);
	return now_ns;
}

static void on_changed(void *ctx, const char *code)
{
	struct ts_daemon *d = ctx;

	if (d->portal)
		ts_portal_session_changed(d->portal, code);
}

static void on_notify(void *ctx, const char *code, enum ts_notice notice)
{
	struct ts_daemon *d = ctx;

	if (d->portal)
		ts_portal_notify(d->portal, code, notice);
}

static void on_channel(void *ctx, const struct ts_address *partner,
		       const struct ts_address *token)
{
	struct ts_daemon *d = ctx;

	ts_relaying_channel(d->relaying, partner, token);
}

static void on_relay_paid(void *ctx, const struct ts_address *partner,
			  const struct ts_address *token, bool committed)
{
	struct ts_daemon *d = ctx;

	ts_relaying_paid(d->relaying, partner, token, committed);
}

static void on_log(void *ctx, int priority, const char *text)
{
	enum ts_log_level level = priority <= LOG_ERR ? TS_LOG_ERROR :
				  priority == LOG_WARNING ? TS_LOG_WARN :
				  priority <= LOG_INFO ? TS_LOG_INFO : TS_LOG_DEBUG;

	ts_log(level, "%s", text);
}

static void on_random(void *ctx, void *bytes, size_t len)
{
	randombytes_buf(bytes, len);
}

/** ts_effects_fill() - the functions that billing is given */
void ts_effects_fill(struct ts_billing_effects *e, struct ts_daemon *d)
{
	*e = (struct ts_billing_effects){
		.ctx = d,
		.ack = on_ack,
		.answer = on_answer,
		.taken = on_taken,
		.heard = on_heard,
		.send = on_send,
		.refunded = on_refunded,
		.refuse = on_refuse,
		.attached = on_attached,
		.claimed = on_claimed,
		.granted = on_granted,
		.session_changed = on_changed,
		.notify = on_notify,
		.channel_changed = on_channel,
		.relay_paid = on_relay_paid,
		.log = on_log,
		.random = on_random,
	};
}

/**
 * ts_effects_flush() - commit what is due and let its effects out
 * @d: the daemon
 *
 * Measures, for a batch with payments, from the arrival of the first one to
 * the moment at which all its grants are in the kernel.
 */
void ts_effects_flush(struct ts_daemon *d)
{
	struct ts_billing_counters before, after;
	struct ts_time now;
	uint64_t done_ns;

	ts_billing_counters(d->billing, &before);
	d->first_arrival_ns = 0;
	ts_clock_now(&now);
	ts_billing_flush(d->billing, &now);
	if (!d->first_arrival_ns)
		return;
	ts_billing_counters(d->billing, &after);
	done_ns = ts_clock_boot_ns();
	if (after.payments == before.payments)
		return;
	ts_lag_add(&d->payment_lag, d->first_arrival_ns, done_ns);
	if (ts_log_wants(TS_LOG_DEBUG))
		ts_log_fields(TS_LOG_DEBUG, "payment_done",
			json_pack("{s:I, s:I, s:I, s:I}",
				"arrived_ns", (json_int_t)d->first_arrival_ns,
				"granted_ns", (json_int_t)done_ns,
				"payments", (json_int_t)(after.payments - before.payments),
				"grants", (json_int_t)(after.grants - before.grants)));
}

/* What finds no place to wait is dropped, its sender repeats it. */
static struct ts_reply *wait_for(struct ts_daemon *d, uint64_t arrived_ns)
{
	struct ts_reply *reply = ts_reply_add(&d->replies);

	if (!reply) {
		d->dropped_replies++;
		return NULL;
	}
	reply->arrived_ns = arrived_ns;
	return reply;
}

typedef void take(struct ts_billing *b, const void *bytes, size_t len, uint64_t reply,
		  const struct ts_time *now);

static void to_billing(struct ts_daemon *d, const void *bytes, size_t len,
		       uint64_t number, take *take)
{
	struct ts_time now;

	ts_clock_now(&now);
	take(d->billing, bytes, len, number, &now);
	ts_loop_wake(d);
}

/** ts_effects_take() - a datagram by UDP; a ts_udp_take */
void ts_effects_take(void *daemon, const void *bytes, size_t len,
		     const struct ts_endpoint *from, uint64_t arrived_ns)
{
	struct ts_daemon *d = daemon;
	struct ts_reply *reply = wait_for(d, arrived_ns);

	if (!reply)
		return;
	reply->http = false;
	reply->from = *from;
	to_billing(d, bytes, len, reply->number, ts_billing_datagram);
}

static const struct ts_refused busy = {
	.kind = TS_REFUSE_BUSY,
	.name = "busy",
	.text = "too many requests at once; send it again",
};

static void from_portal(struct ts_daemon *d, const void *bytes, size_t len,
			uint64_t portal_reply, take *take)
{
	struct ts_reply *reply = wait_for(d, ts_clock_boot_ns());

	if (!reply) {
		ts_portal_refuse(d->portal, portal_reply, &busy);
		return;
	}
	reply->http = true;
	reply->portal_reply = portal_reply;
	to_billing(d, bytes, len, reply->number, take);
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
	reply = wait_for(d, ts_clock_boot_ns());
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

/* From another box, which is nobody's station. */
static void portal_claim(void *ctx, const void *bytes, size_t len,
			 uint64_t portal_reply)
{
	struct ts_daemon *d = ctx;
	struct ts_reply *reply = wait_for(d, ts_clock_boot_ns());
	struct ts_time now;

	if (!reply) {
		ts_portal_refuse(d->portal, portal_reply, &busy);
		return;
	}
	reply->http = true;
	reply->portal_reply = portal_reply;
	ts_clock_now(&now);
	ts_billing_claim(d->billing, bytes, len, reply->number, &now);
	ts_loop_wake(d);
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
	    !ts_billing_session_view(d->billing, own, &view) &&
	    view.state != TS_SESSION_NEVER_PAID)
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

static void portal_now(void *ctx, struct ts_time *now)
{
	ts_clock_now(now);
}

static json_t *portal_health(void *ctx, bool *healthy)
{
	return ts_status_health(ctx, healthy);
}

/** ts_effects_portal() - the functions that the portal is given */
void ts_effects_portal(struct ts_portal_ops *ops, struct ts_daemon *d)
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
		.claim = portal_claim,
		.logout = portal_logout,
		.health = portal_health,
		.now = portal_now,
	};
}
