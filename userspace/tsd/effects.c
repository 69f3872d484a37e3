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
	ts_opennds_changed(d->opennds, code);
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
 * Measures how long a turn with commits takes, and, for a batch with payments, from the arrival of the first one to
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
	ts_billing_counters(d->billing, &after);
	if (after.commits == before.commits)
		return;
	done_ns = ts_clock_boot_ns();
	ts_lag_add(&d->commit_lag, now.boot_ns, done_ns);
	if (!d->first_arrival_ns || after.payments == before.payments)
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

/**
 * ts_effects_wait() - a place for the answer to what came at @arrived_ns
 *
 * Return: NULL: there is none, it is dropped and its sender repeats it.
 */
struct ts_reply *ts_effects_wait(struct ts_daemon *d, uint64_t arrived_ns)
{
	struct ts_reply *reply = ts_reply_add(&d->replies);

	if (!reply) {
		d->dropped_replies++;
		return NULL;
	}
	reply->arrived_ns = arrived_ns;
	return reply;
}

/** ts_effects_hand() - to billing, which answers @number */
void ts_effects_hand(struct ts_daemon *d, const void *bytes, size_t len,
		     uint64_t number, ts_take *take)
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
	struct ts_reply *reply = ts_effects_wait(d, arrived_ns);

	if (!reply)
		return;
	reply->http = false;
	reply->from = *from;
	ts_effects_hand(d, bytes, len, reply->number, ts_billing_datagram);
}
