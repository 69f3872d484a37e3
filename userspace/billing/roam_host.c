// SPDX-License-Identifier: GPL-2.0
/*
 * roam_host.c - at the host: a guest comes, and is here (M14).
 *
 * A guest has a session of its own, which its order's name is the code of: so what home
 * pays for the order is that session's by its memo, as any payment is, also after the
 * end.  An order binds one station by our nonce, as an attach does (M6, M15).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "billing/batch.h"
#include "billing/channels.h"
#include "billing/home.h"
#include "billing/payments.h"
#include "billing/sessions.h"
#include "billing/visit.h"
#include "photon/attach.h"

#define STRANGER_SILENT_NS	(60 * TS_NS_PER_S)

static const struct ts_refused
bad_order = { TS_REFUSE_INVALID, "bad_order",
	"this is no signed roaming order; see roaming.md", NULL },
wrong_box = { TS_REFUSE_FORBIDDEN, "wrong_box",
	"this was signed for another box", NULL },
unknown_home = { TS_REFUSE_FORBIDDEN, "unknown_home",
	"the box that the order names as its home is not one of this box's community", NULL },
home_channel = { TS_REFUSE_FORBIDDEN, "unknown_channel",
	"the box at home has no channel with this box, in the token that the order names, that this box takes payments over", NULL },
too_dear = { TS_REFUSE_FORBIDDEN, "too_dear",
	"this box asks for more than the order's highest price", NULL },
has_value = { TS_REFUSE_FORBIDDEN, "has_value",
	"this station has value of its own here; use that first", NULL },
over = { TS_REFUSE_FORBIDDEN, "order_over",
	"what this order began is over; sign a new one", NULL },
read_only = { TS_REFUSE_READ_ONLY, "read_only",
	"the box cannot store anything now; its operator must act", NULL },
busy = { TS_REFUSE_BUSY, "busy", "too many guests at once; send it again in a moment", NULL };

struct ts_billing_visit *ts_visit_find(struct ts_billing *b, const char *name)
{
	struct ts_billing_visit *v;

	TAILQ_FOREACH(v, &b->visits, list)
		if (!strcmp(v->row.name, name))
			return v;
	return NULL;
}

static struct ts_billing_visit *add(struct ts_billing *b,
				    const struct ts_ledger_visit *row)
{
	struct ts_billing_visit *v = calloc(1, sizeof(*v));

	if (!v)
		return NULL;
	v->row = *row;
	if (ts_order_decode(&v->order, row->order, TS_ORDER_BYTES) ||
	    ts_order_recover(row->order, &v->wallet)) {
		free(v);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&b->visits, v, list);
	b->n_visits++;
	return v;
}

/* Out of memory; its row stays. */
void ts_visit_free(struct ts_billing *b, struct ts_billing_visit *v)
{
	TAILQ_REMOVE(&b->visits, v, list);
	b->n_visits--;
	free(v);
}

static int load_one(const struct ts_ledger_visit *row, void *arg)
{
	struct ts_billing *b = arg;

	return add(b, row) ? 0 : ts_billing_fail(b, -EUCLEAN,
		"visit %s: memory is out, or its order is damaged", row->name);
}

/** ts_visits_load() - those that are not over; Return: 0 or negative errno */
int ts_visits_load(struct ts_billing *b)
{
	return ts_ledger_visit_load(b->ledger, load_one, b);
}

/* Its row as it is now, into the open batch. */
void ts_visit_put(struct ts_billing *b, struct ts_billing_visit *v)
{
	ts_batch_check(b, ts_ledger_visit_put(b->ledger, &v->row));
}

/* --- who was here without an account --------------------------------------- */

/** ts_stranger_seen() - a frame of a station that has none */
void ts_stranger_seen(struct ts_billing *b, const struct ts_key *key,
		      const struct ts_meter_event *ev, const struct ts_time *now)
{
	uint64_t at_ns = ev->time_ns && ev->time_ns < now->boot_ns ? ev->time_ns :
								    now->boot_ns;
	struct ts_billing_stranger *s;
	unsigned int i;

	for (i = 0; i < b->n_strangers && i < TS_STRANGERS; i++) {
		s = &b->strangers[i];
		if (memcmp(s->key.mac, key->mac, sizeof(key->mac)) ||
		    s->key.vlan != key->vlan || s->key.zone != key->zone)
			continue;
		if (at_ns > s->last_ns + STRANGER_SILENT_NS)
			s->first_ns = at_ns;
		s->last_ns = at_ns;
		return;
	}
	s = &b->strangers[b->n_strangers++ % TS_STRANGERS];
	s->key = *key;
	s->first_ns = s->last_ns = at_ns;
}

static uint64_t first_frame_ns(const struct ts_billing *b, const struct ts_key *key,
			       const struct ts_time *now)
{
	const struct ts_billing_stranger *s;
	unsigned int i;

	for (i = 0; i < b->n_strangers && i < TS_STRANGERS; i++) {
		s = &b->strangers[i];
		if (!memcmp(s->key.mac, key->mac, sizeof(key->mac)) &&
		    s->key.vlan == key->vlan && s->key.zone == key->zone &&
		    s->last_ns + STRANGER_SILENT_NS > now->boot_ns)
			return s->first_ns;
	}
	return 0;
}

/* --- a guest comes ---------------------------------------------------------- */

static bool is_at(const struct ts_billing_session *s, const struct ts_key *key)
{
	return s && s->row.has_station && s->row.vlan == key->vlan &&
	       s->row.zone == key->zone &&
	       !memcmp(s->row.mac, key->mac, sizeof(key->mac));
}

static const struct ts_refused *nonce_fault(struct ts_billing *b,
					    const struct ts_order *order,
					    const struct ts_key *key,
					    const struct ts_time *now,
					    uint64_t *given_ns)
{
	struct ts_attach as = { .box = order->host, .chain_id = order->chain_id,
				.nonce = order->nonce, .expiry_s = UINT64_MAX };

	return ts_attach_cheap_fault(b, &as, key, now, given_ns);
}

/* Nobody's own value is pushed aside by a session of another's (M15). */
static bool has_own_value(struct ts_billing *b, const struct ts_key *key)
{
	struct ts_billing_session *s = ts_session_by_key(b, key);
	const struct ts_ledger_tariff *t;

	if (!s || TAILQ_EMPTY(&s->payments) || ts_visit_find(b, s->row.code))
		return false;
	t = &TAILQ_FIRST(&s->payments)->tariff->row;
	/* A rest that buys no frame keeps nobody out. */
	return ts_units_of_wei(ts_visit_unspent_wei(b, s), t->unit_shift) >
	       (uint64_t)TS_REST_BYTES * ts_tariff_dearest(t);
}

static const struct ts_refused *here_fault(struct ts_billing *b,
					   const struct ts_order *order,
					   const struct ts_key *key,
					   const struct ts_time *now)
{
	struct ts_billing_channel *c = ts_channel_with(b, &order->home, &order->token);
	struct ts_billing_version *tariff;
	const char *text;

	if (!ts_box_is_listed(b, &order->home))
		return &unknown_home;
	if (!c || ts_pay_why_not(b, c, 0, &text))
		return &home_channel;
	if (ts_visit_is_too_dear(b, order, &tariff, now))
		return &too_dear;
	return has_own_value(b, key) ? &has_value : NULL;
}

static unsigned int n_asking(const struct ts_billing *b)
{
	const struct ts_billing_visit *v;
	unsigned int n = 0;

	TAILQ_FOREACH(v, &b->visits, list)
		n += v->asking;
	return n;
}

static const struct ts_refused *come(struct ts_billing *b, const struct ts_key *key,
				     const uint8_t *bytes, uint64_t reply,
				     const struct ts_time *now)
{
	struct ts_ledger_visit row = { .taken_s = ts_age_s(b, now) };
	struct ts_billing_visit *v;

	if (b->n_visits >= TS_VISITS_MAX || n_asking(b) >= TS_ASKING_MAX)
		return &busy;
	ts_order_name(bytes, row.name);
	memcpy(row.order, bytes, TS_ORDER_BYTES);
	v = add(b, &row);
	if (!v)
		return &busy;
	v->asking = true;
	v->reply = reply;
	v->station = *key;
	v->arrived_ns = now->boot_ns;
	v->frame_ns = first_frame_ns(b, key, now);
	if (v->frame_ns > v->arrived_ns)
		v->frame_ns = 0;
	return NULL;
}

/* The station's own session is shown. */
static const struct ts_refused *came_home(struct ts_billing *b,
					  const struct ts_key *key,
					  const uint8_t *bytes, uint64_t reply,
					  const struct ts_time *now)
{
	const struct ts_refused *why = ts_home_came(b, bytes, now);
	struct ts_billing_session *s;

	if (why)
		return why;
	s = ts_session_of_station(b, key, now);
	if (!s)
		return &busy;
	memcpy(ts_reply(b, reply)->attached, s->row.code, TS_CODE_SIZE);
	return NULL;
}

/* It came before; false: it did not. */
static bool again(struct ts_billing *b, const struct ts_key *key,
		  const uint8_t *bytes, uint64_t reply)
{
	char name[TS_CODE_SIZE];
	struct ts_ledger_visit row;
	struct ts_billing_session *s;
	struct ts_billing_visit *v;

	ts_order_name(bytes, name);
	v = ts_visit_find(b, name);
	if (!v && ts_ledger_visit_find(b->ledger, name, &row))
		return false;
	s = ts_session_by_code(b, name);
	if (v && v->asking)
		ts_reply_refuse(b, reply, busy.kind, busy.name, busy.text);
	else if (v && v->row.state == TS_VISIT_LIVE && is_at(s, key))
		memcpy(ts_reply(b, reply)->attached, name, TS_CODE_SIZE);
	else
		ts_reply_refuse(b, reply, over.kind, over.name, over.text);
	return true;
}

void ts_billing_roam(struct ts_billing *b, const struct ts_key *key,
		     const void *bytes, size_t len, uint64_t reply,
		     const struct ts_time *now)
{
	const struct ts_refused *why = NULL;
	struct ts_address wallet;
	struct ts_order order;
	uint64_t given_ns = 0;
	bool home;

	if (b->n_replies == TS_REPLIES_MAX) {
		b->urgent = true;
		ts_billing_flush(b, now);
	}
	if (ts_order_decode(&order, bytes, len))
		why = &bad_order;
	else if (!ts_address_equal(&order.host, &b->config.our_address))
		why = &wrong_box;
	else if (b->broken || b->read_only[0])
		why = &read_only;
	else if (again(b, key, bytes, reply))
		return;
	home = !why && ts_address_equal(&order.home, &order.host);
	if (!why)
		why = nonce_fault(b, &order, key, now, &given_ns);
	if (!why && !home)
		why = here_fault(b, &order, key, now);
	if (!why && ts_order_recover(bytes, &wallet))
		why = &bad_order;
	if (!why)
		why = ts_attach_use_fault(b, given_ns, now);
	if (!why)
		why = home ? came_home(b, key, bytes, reply, now) :
			     come(b, key, bytes, reply, now);
	if (why)
		ts_reply_refuse(b, reply, why->kind, why->name, why->text);
}

/* Home does not want it, or cannot be asked: nothing of it was ever on the disk. */
void ts_visit_refuse(struct ts_billing *b, struct ts_billing_visit *v,
		     const struct ts_refused *why)
{
	ts_reply_refuse(b, v->reply, why->kind, why->name, why->text);
	ts_visit_free(b, v);
}

static struct ts_billing_session *session_for(struct ts_billing *b,
					      struct ts_billing_visit *v,
					      const struct ts_time *now)
{
	struct ts_billing_session *s = ts_session_by_code(b, v->row.name);

	if (!s)
		s = ts_session_new(b, v->row.name, NULL, now);
	if (!s || ts_billing_session_move(b, v->row.name, &v->station, now))
		return NULL;
	/* No stranger takes its place before its first payment is here. */
	ts_session_paid(b, s);
	return ts_session_write(b, s) ? s : NULL;
}

/** ts_visits_refuse() - those that nothing is on the disk of cannot begin */
void ts_visits_refuse(struct ts_billing *b)
{
	struct ts_billing_visit *v, *next;

	for (v = TAILQ_FIRST(&b->visits); v && b->n_replies < TS_REPLIES_MAX; v = next) {
		next = TAILQ_NEXT(v, list);
		if (v->asking)
			ts_visit_refuse(b, v, &busy);
	}
}

/**
 * ts_visit_begin() - home knows the order: the guest is in
 * @b: billing
 * @v: the visit
 * @now: the time
 *
 * The latest proven order of a station wins (M15).
 */
void ts_visit_begin(struct ts_billing *b, struct ts_billing_visit *v,
		    const struct ts_time *now)
{
	const struct ts_refused *why = NULL;

	if (has_own_value(b, &v->station))
		why = &has_value;
	else if (!ts_batch(b) || !session_for(b, v, now))
		why = &read_only;
	if (why) {
		ts_visit_refuse(b, v, why);
		return;
	}
	v->asking = false;
	ts_visit_put(b, v);
	memcpy(ts_reply(b, v->reply)->attached, v->row.name, TS_CODE_SIZE);
	v->next_ns = now->boot_ns;
	b->urgent = true;
}

/* --- a guest is here -------------------------------------------------------- */

/* Of a visit that is over, when something for it comes at last. */
static struct ts_billing_visit *recall(struct ts_billing *b, const char *name)
{
	struct ts_ledger_visit row;

	return ts_ledger_visit_find(b->ledger, name, &row) ? NULL : add(b, &row);
}

/**
 * ts_visit_paid() - a payment for a session is in the open batch
 * @b: billing
 * @s: which may be a guest's
 * @credit: what was paid, and by whom
 */
void ts_visit_paid(struct ts_billing *b, struct ts_billing_session *s,
		   const struct ts_billing_credit *credit)
{
	struct ts_billing_visit *v = ts_visit_find(b, s->row.code);

	if (!v && !s->row.has_station && ts_box_is_listed(b, &credit->wallet))
		v = recall(b, s->row.code);
	if (!v || v->asking || !ts_address_equal(&credit->wallet, &v->order.home))
		return;
	v->row.received_wei += credit->wei;
	if (v->row.state == TS_VISIT_OVER)
		v->row.state = TS_VISIT_ENDING;
	ts_visit_put(b, v);
}

/** ts_visits_granted() - after the grants: whose first is in the kernel? */
void ts_visits_granted(struct ts_billing *b)
{
	const struct ts_billing_session *s;
	struct ts_billing_visit *v;

	TAILQ_FOREACH(v, &b->visits, list) {
		if (v->granted_ns || !v->arrived_ns)
			continue;
		s = ts_session_by_code(b, v->row.name);
		if (s && s->account && s->account->granted_units)
			v->granted_ns = b->effects.granted(b->effects.ctx,
							   v->row.name, v->arrived_ns,
							   v->frame_ns);
	}
}

int ts_billing_visit_each(struct ts_billing *b,
			  int (*cb)(const struct ts_visit_view *v, void *arg),
			  void *arg)
{
	const struct ts_billing_session *s;
	const struct ts_billing_visit *v;
	struct ts_visit_view view;
	int ret;

	TAILQ_FOREACH(v, &b->visits, list) {
		if (v->asking)
			continue;
		s = ts_session_by_code(b, v->row.name);
		view = (struct ts_visit_view){
			.row = v->row, .order = v->order, .wallet = v->wallet,
			.unspent_wei = s ? ts_visit_unspent_wei(b, s) : 0,
			.fault = v->fault ? v->fault->text : NULL,
			.arrived_ns = v->arrived_ns, .frame_ns = v->frame_ns,
			.granted_ns = v->granted_ns,
		};
		ret = cb(&view, arg);
		if (ret)
			return ret;
	}
	return 0;
}
