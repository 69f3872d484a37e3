// SPDX-License-Identifier: GPL-2.0
/*
 * relay_effects.c - what relay/ lets out after its commit: to neighbours, to the meter,
 * to billing, to the operator.
 */
#include <errno.h>
#include <string.h>

#include "tsd/log.h"
#include "tsd/relay_private.h"

static void on_broadcast(void *ctx, const void *bytes, size_t len)
{
	struct ts_relaying *r = ctx;

	ts_relay_socket_broadcast(r->socket, bytes, len);
}

/* Where nobody knows the place of, it is said again with the next interval. */
static void on_send(void *ctx, const struct ts_address *to, const void *bytes,
		    size_t len)
{
	struct ts_relaying *r = ctx;
	const struct ts_relay_place *place = ts_relaying_place(r, to);

	if (place)
		ts_relay_socket_send(r->socket, bytes, len, &place->at);
}

static void on_prices(void *ctx, const struct ts_prices *prices)
{
	struct ts_relaying *r = ctx;
	struct ts_tariff t = {
		.id = TS_RELAY_TARIFF_ID,
		.version = (uint32_t)ts_relay_offer(r->relay)->version,
	};
	int dir;

	for (dir = 0; dir < TS_DIR_COUNT; dir++) {
		t.price[TS_CLASS_RELAY][dir] = prices->units[TS_SERVICE_RELAY][dir];
		t.price[TS_CLASS_INTERNET][dir] = prices->units[TS_SERVICE_EXIT][dir];
	}
	if (ts_meter_tariff_set(r->d->meter, &t))
		ts_log(TS_LOG_ERROR, "mesh: prices: %s", ts_meter_error(r->d->meter));
}

/** struct owning - which neighbour has an account? */
struct owning {
	uint32_t id;
	uint32_t epoch;
	bool alive;
	struct ts_address partner;
	bool found;
};

static void look_for_owner(const struct ts_relay_view *view, void *arg)
{
	struct owning *o = arg;

	if (view->account_id != o->id || view->account_epoch != o->epoch)
		return;
	o->found = true;
	o->alive = view->alive;
	o->partner = view->channel.partner;
}

/*
 * A radio has another owner.  One that lives keeps it, as relay/ has seen to; of one
 * that does not the account ends, and begins anew with the radios that it comes back
 * with.
 */
static bool make_room(struct ts_relaying *r, const struct ts_key *key)
{
	struct owning o = { };
	struct ts_account a;

	if (ts_meter_account_find(r->d->meter, key, &a))
		return false;
	o.id = a.id;
	o.epoch = a.epoch;
	ts_relay_each(r->relay, ts_clock_boot_ns(), look_for_owner, &o);
	if (!o.found || o.alive)
		return false;
	ts_relaying_close(r, &o.partner, o.id, o.epoch);
	return true;
}

static int set_account(struct ts_relaying *r, struct ts_account *a)
{
	unsigned int i;
	int ret = ts_meter_account_set(r->d->meter, a);

	for (i = 0; ret == -EEXIST && i < a->n_keys; i++)
		if (make_room(r, &a->keys[i]))
			ret = ts_meter_account_set(r->d->meter, a);
	return ret;
}

static void on_account(void *ctx, const struct ts_relay_account *wanted)
{
	char text[TS_ADDRESS_TEXT_SIZE];
	struct ts_relaying *r = ctx;
	struct ts_account a = {
		.id = wanted->id, .epoch = wanted->epoch, .kind = TS_KIND_NEIGHBOUR,
		.tariff_id = TS_RELAY_TARIFF_ID, .n_keys = wanted->n_macs,
	};
	unsigned int i;

	for (i = 0; i < wanted->n_macs; i++) {
		memcpy(a.keys[i].mac, wanted->macs[i].b, sizeof(a.keys[i].mac));
		a.keys[i].zone = ts_meshes_zone(r->meshes);
	}
	r->stale = true;
	if (!set_account(r, &a)) {
		if (!wanted->id)
			ts_relay_account_is(r->relay, &wanted->partner, a.id, a.epoch);
		return;
	}
	ts_log(TS_LOG_WARN, "mesh: no account for %s: %s",
	       ts_address_print(&wanted->partner, text), ts_meter_error(r->d->meter));
	/* With the radios of before it would be somebody else's. */
	if (wanted->id)
		ts_relaying_close(r, &wanted->partner, wanted->id, wanted->epoch);
	else if (r->n_refused < TS_RELAY_NEIGHBOURS_MAX)
		r->refused[r->n_refused++] = wanted->partner;
}

static void on_grant(void *ctx, const struct ts_address *partner, uint32_t id,
		     uint32_t epoch, uint64_t granted_units)
{
	char text[TS_ADDRESS_TEXT_SIZE];
	struct ts_relaying *r = ctx;
	int ret = ts_meter_grant(r->d->meter, id, epoch, granted_units);

	if (!ret)
		return;
	ts_log(TS_LOG_ERROR, "mesh: grant to %s: %s", ts_address_print(partner, text),
	       ts_meter_error(r->d->meter));
	/* Somebody else has closed it. */
	if (ret == -ESTALE || ret == -ENOENT)
		ts_relay_account_is(r->relay, partner, 0, 0);
	r->stale = true;
}

/**
 * ts_relaying_close() - end a neighbour's account; what it counted last is told
 * @r: ours
 * @partner: whose
 * @id: of the account
 * @epoch: likewise
 */
void ts_relaying_close(struct ts_relaying *r, const struct ts_address *partner,
		       uint32_t id, uint32_t epoch)
{
	char text[TS_ADDRESS_TEXT_SIZE];
	struct ts_relay_sold sold;
	struct ts_account last;
	uint64_t taken_units;
	int ret;

	ts_relaying_read(r);
	ret = ts_meter_close_account(r->d->meter, id, epoch, &last, &taken_units);
	if (!ret) {
		sold = ts_relay_sold_of(&last);
		ts_relay_sold(r->relay, partner, &sold);
	} else if (ret != -ENOENT && ret != -ESTALE) {
		ts_log(TS_LOG_ERROR, "mesh: account of %s: %s",
		       ts_address_print(partner, text), ts_meter_error(r->d->meter));
		return;
	}
	ts_relay_account_is(r->relay, partner, 0, 0);
	r->stale = true;
}

static void on_close(void *ctx, const struct ts_address *partner, uint32_t id,
		     uint32_t epoch)
{
	ts_relaying_close(ctx, partner, id, epoch);
}

static void on_pay(void *ctx, const struct ts_address *partner, ts_u128 wei)
{
	struct ts_relaying *r = ctx;

	if (ts_billing_relay_pay(r->d->billing, partner, &r->token, wei))
		ts_relay_pay_failed(r->relay, partner);
	else
		ts_loop_wake(r->d);
}

static void on_throttle(void *ctx, bool on)
{
	struct ts_relaying *r = ctx;

	r->throttled = on;
}

static void on_event(void *ctx, enum ts_relay_event event,
		     const struct ts_address *partner)
{
	bool good = event == TS_RELAY_MET || event == TS_RELAY_UPSTREAM_WELL;
	const char *name = ts_relay_event_name(event);
	char text[TS_ADDRESS_TEXT_SIZE];
	struct ts_relaying *r = ctx;

	/* Whose radios are known is what the tables follow from. */
	r->stale = true;
	ts_address_print(partner, text);
	ts_log(good ? TS_LOG_INFO : TS_LOG_WARN, "mesh: neighbour %s: %s: %s", text,
	       name, ts_relay_event_text(event));
	ts_control_tell(r->d->control,
			json_pack("{s:s, s:I, s:s, s:s}", "neighbour", text,
				  "time_ns", (json_int_t)ts_clock_boot_ns(),
				  "type", name, "message", ts_relay_event_text(event)));
}

/** ts_relaying_effects() - let out what is committed */
void ts_relaying_effects(struct ts_relaying *r)
{
	const struct ts_relay_effects effects = {
		.ctx = r, .broadcast = on_broadcast, .send = on_send,
		.prices = on_prices, .account = on_account, .grant = on_grant,
		.close = on_close, .pay = on_pay, .throttle = on_throttle,
		.event = on_event,
	};

	ts_relay_effects(r->relay, &effects, ts_clock_boot_ns());
}
