// SPDX-License-Identifier: GPL-2.0
/* billing_box_meter.c - the kernel of a box for tests: accounts, and frames that are charged. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "billing_box_parts.h"

struct box_account *box_kernel_find(struct box *box, uint32_t id)
{
	if (!id || id >= BOX_ACCOUNTS || !box->accounts[id].used)
		return NULL;
	return &box->accounts[id];
}

/* Return: 0, or as the kernel refuses an account that is gone, or of another life. */
static int kernel_living(struct box *box, uint32_t id, uint32_t epoch,
			 struct box_account **k)
{
	*k = box_kernel_find(box, id);
	if (!*k)
		return -ENOENT;
	return (*k)->a.epoch == epoch ? 0 : -ESTALE;
}

static bool same_key(const struct ts_key *a, const struct ts_key *b)
{
	return !memcmp(a->mac, b->mac, 6) && a->vlan == b->vlan &&
	       a->zone == b->zone;
}

static struct box_account *kernel_by_key(struct box *box, const struct ts_key *key)
{
	uint32_t i;

	for (i = 1; i < BOX_ACCOUNTS; i++)
		if (box->accounts[i].used &&
		    same_key(&box->accounts[i].a.keys[0], key))
			return &box->accounts[i];
	return NULL;
}

static struct ts_tariff *kernel_tariff(struct box *box, uint32_t id)
{
	unsigned int i;

	for (i = 0; i < BOX_TARIFFS; i++)
		if (box->tariffs[i].id == id)
			return &box->tariffs[i];
	return NULL;
}

static int m_account_set(void *m, struct ts_account *a)
{
	struct box_account *k, *holder;
	struct box *box = m;
	uint32_t id;
	int ret;

	if (!fault_touch())
		return -EIO;
	if (!kernel_tariff(box, a->tariff_id))
		return -ENOENT;
	holder = kernel_by_key(box, &a->keys[0]);
	if (a->id) {
		ret = kernel_living(box, a->id, a->epoch, &k);
		if (ret)
			return ret;
		if (holder && holder != k)
			return -EEXIST;
		assert_int_equal(k->a.tariff_id, a->tariff_id);
		k->a.low_units = a->low_units;
		*a = k->a;
		return 0;
	}
	if (holder)
		return -EEXIST;
	for (id = 1; id < BOX_ACCOUNTS && box->accounts[id].used; id++)
		;
	if (id == BOX_ACCOUNTS)
		return -ENOSPC;
	k = &box->accounts[id];
	memset(k, 0, sizeof(*k));
	k->used = true;
	k->a = *a;
	k->a.id = id;
	k->a.epoch = ++box->next_epoch;
	k->code = -1;
	*a = k->a;
	return 0;
}

static int m_account_get(void *m, uint32_t id, struct ts_account *a)
{
	struct box_account *k = box_kernel_find(m, id);
	struct box *box = m;

	box->n_reads++;
	if (fault.dead)
		return -EIO;
	if (!k)
		return -ENOENT;
	*a = k->a;
	return 0;
}

/* A crash may come between any two of them. */
static int close_one(struct box *box, struct ts_closing *c)
{
	struct box_account *k;
	int ret;

	if (!fault_touch())
		return -EIO;
	ret = kernel_living(box, c->id, c->epoch, &k);
	if (ret)
		return ret;
	c->taken_units = k->a.granted_units - k->a.charged_units;
	k->a.charged_units += c->taken_units;
	k->a.revoked_units += c->taken_units;
	c->last = k->a;
	k->used = false;
	return 0;
}

static int m_close_accounts(void *m, struct ts_closing *c, size_t n)
{
	struct box *box = m;
	int ret = 0;
	size_t i;

	box->n_closings++;
	for (i = 0; i < n; i++) {
		c[i].err = close_one(box, &c[i]);
		ret = ret ? ret : c[i].err;
	}
	return ret;
}

static int m_account_dump(void *m, int (*cb)(const struct ts_account *a, void *arg),
			  void *arg)
{
	struct box *box = m;
	uint32_t i;
	int ret;

	for (i = 1; i < BOX_ACCOUNTS; i++) {
		if (!box->accounts[i].used)
			continue;
		ret = cb(&box->accounts[i].a, arg);
		if (ret)
			return ret;
	}
	return 0;
}

static int m_grant(void *m, uint32_t id, uint32_t epoch, uint64_t granted_units)
{
	struct box_account *k;
	int ret;

	if (!fault_touch())
		return -EIO;
	ret = kernel_living(m, id, epoch, &k);
	if (ret)
		return ret;
	if (granted_units <= k->a.granted_units)
		return 0;
	k->a.granted_units = granted_units;
	k->low_at = granted_units > k->a.low_units ?
		    granted_units - k->a.low_units : 0;
	return 0;
}

static int m_revoke(void *m, uint32_t id, uint32_t epoch, uint64_t max_units,
		    uint64_t *taken_units)
{
	struct box_account *k;
	uint64_t take;
	int ret;

	if (!fault_touch())
		return -EIO;
	ret = kernel_living(m, id, epoch, &k);
	if (ret)
		return ret;
	take = k->a.granted_units - k->a.charged_units;
	if (take > max_units)
		take = max_units;
	k->a.charged_units += take;
	k->a.revoked_units += take;
	*taken_units = take;
	return 0;
}

static int m_tariff_set(void *m, const struct ts_tariff *t)
{
	struct ts_tariff *slot;
	struct box *box = m;

	if (fault.dead)
		return -EIO;
	assert_in_range(t->id, 1, 65535);
	slot = kernel_tariff(box, t->id);
	if (!slot)
		slot = kernel_tariff(box, 0);
	if (!slot)
		return -ENOSPC;
	*slot = *t;
	return 0;
}

static int m_tariff_del(void *m, uint32_t id)
{
	struct box *box = m;
	struct ts_tariff *t = kernel_tariff(box, id);
	unsigned int i;

	if (fault.dead)
		return -EIO;
	if (!t)
		return -ENOENT;
	for (i = 1; i < BOX_ACCOUNTS; i++)
		if (box->accounts[i].used && box->accounts[i].a.tariff_id == id)
			return -EBUSY;
	t->id = 0;
	return 0;
}

static const char *m_error(void *m)
{
	return "the test's meter says no";
}

const struct ts_billing_meter box_meter = {
	.account_set = m_account_set, .account_get = m_account_get,
	.close_accounts = m_close_accounts, .account_dump = m_account_dump,
	.grant = m_grant, .revoke = m_revoke,
	.tariff_set = m_tariff_set, .tariff_del = m_tariff_del,
	.error = m_error,
};

/* --- frames ---------------------------------------------------------------- */

struct ts_key box_key(unsigned int station)
{
	struct ts_key key = { .mac = { 2, 0, 0, 0, 0, (uint8_t)station },
			      .vlan = (uint16_t)(station % 2), .zone = 7 };

	return key;
}

struct box_account *box_account(struct box *box, unsigned int station)
{
	struct ts_key key = box_key(station);

	return kernel_by_key(box, &key);
}

static void raise_event(struct box *box, const struct box_account *k,
			enum ts_event_type type)
{
	struct ts_meter_event *ev;

	if (box->n_events == BOX_EVENTS)
		return;
	ev = &box->events[box->n_events++];
	memset(ev, 0, sizeof(*ev));
	ev->type = (uint8_t)type;
	ev->account_id = k->a.id;
	ev->epoch = k->a.epoch;
	ev->granted_units = k->a.granted_units;
	ev->charged_units = k->a.charged_units;
}

static void raise_stranger(struct box *box, unsigned int station)
{
	struct ts_meter_event *ev;

	/* As the kernel does: told, but not for each frame. */
	if (box->n_events == BOX_EVENTS ||
	    (box->hinted_ns[station] &&
	     box->now.boot_ns - box->hinted_ns[station] < 10000000000ull))
		return;
	box->hinted_ns[station] = box->now.boot_ns;
	ev = &box->events[box->n_events++];
	memset(ev, 0, sizeof(*ev));
	ev->type = TS_EVENT_STRANGER;
	ev->key = box_key(station);
}

bool box_frame(struct box *box, unsigned int station, uint32_t bytes,
	       enum ts_dir dir)
{
	struct box_account *k = box_account(box, station);
	struct ts_stat *stat;
	uint64_t cost;

	if (!k) {
		raise_stranger(box, station);
		return false;
	}
	cost = (uint64_t)bytes * kernel_tariff(box, k->a.tariff_id)->
				 price[TS_CLASS_INTERNET][dir];
	if (k->a.flags & TS_ACCOUNT_F_TRUSTED)
		cost = 0;
	k->a.idle_ms = 0;
	if (cost > k->a.granted_units - k->a.charged_units) {
		if (k->dry_at != k->a.granted_units + 1)
			raise_event(box, k, TS_EVENT_EXHAUSTED);
		k->dry_at = k->a.granted_units + 1;
		return false;
	}
	k->a.charged_units += cost;
	stat = &k->a.stats[TS_CLASS_INTERNET][dir];
	stat->bytes += bytes;
	stat->units += cost;
	if (k->code >= 0)
		box->codes[k->code].passed_wei += (ts_u128)cost << k->shift;
	if (k->low_at && k->a.charged_units > k->low_at) {
		k->low_at = 0;
		raise_event(box, k, TS_EVENT_LOW);
	}
	return true;
}

uint64_t box_spend(struct box *box, unsigned int station, uint32_t bytes)
{
	uint64_t passed = 0;
	unsigned int refused = 0;

	while (refused < 8) {
		if (box_frame(box, station, bytes, TS_DIR_DOWN)) {
			passed += bytes;
			refused = 0;
			continue;
		}
		refused++;
		box_events(box);
		box_flush(box);
	}
	return passed;
}

void box_events(struct box *box)
{
	unsigned int i;

	for (i = 0; i < box->n_events; i++)
		ts_billing_meter_event(box->billing, &box->events[i], &box->now);
	box->n_events = 0;
}
