// SPDX-License-Identifier: GPL-2.0
/*
 * retention.c - what names a device goes when its time is over; what is owed stays.
 *
 * Only the address goes, and only of sessions that are closed, or of gifts of sessions that
 * are no more: nothing is attached to these.  No row goes that a sum is made of, so the
 * books say the same before and after.  A session that still holds value keeps its station,
 * or who paid would have to pay again.
 */
#include <errno.h>

#include "ledger/db.h"
#include "ledger/retention.h"

/* Rows that are looked at in one batch: so no payment waits for years of them. */
#define STEP	1000

#define OVER	"id > ?1 AND id <= ?2 AND closed=1 AND mac IS NOT NULL" \
		" AND ((closed_s > 0 AND closed_s < ?3) OR (seen_s > 0 AND seen_s < ?4))"
#define GONE	"live=1 AND mac IS NOT NULL AND session IN (SELECT id FROM sessions" \
		" WHERE id > ?1 AND id <= ?2 AND mac IS NULL AND (closed=1 OR forgotten=1))"

static int count(struct ts_ledger *l, sqlite3_stmt *stmt, uint64_t *n)
{
	return ts_db_only_u64(l, stmt, "a count of what names devices", n);
}

/**
 * ts_ledger_retention_due() - is there anything to forget in the next step?
 * @l: the ledger
 * @r: what is kept for how long, and where it stands
 * @due: set
 *
 * Writes nothing, so that a box where nothing happens commits nothing.  Where there is
 * nothing @r goes on.
 *
 * Return: 0 or negative errno.
 */
int ts_ledger_retention_due(struct ts_ledger *l, struct ts_retention *r, bool *due)
{
	uint64_t sessions = 0, gifts = 0, days = 0, last = 0;
	int ret;

	ret = count(l, ts_db_prepare(l, "SELECT count(*) FROM sessions WHERE " OVER, "uuuu",
				     r->at, r->at + STEP, r->before_s, r->before_age_s),
		    &sessions);
	if (!ret)
		ret = count(l, ts_db_prepare(l, "SELECT count(*) FROM gifts WHERE " GONE, "uu",
					     r->at, r->at + STEP), &gifts);
	if (!ret)
		ret = count(l, ts_db_prepare(l, "SELECT count(*) FROM allowances WHERE day < ?",
					     "u", r->day), &days);
	if (!ret)
		ret = count(l, ts_db_prepare(l, "SELECT coalesce(max(id), 0) FROM sessions", ""), &last);
	*due = sessions || gifts || days;
	if (!ret && !*due)
		r->at = r->at + STEP < last ? r->at + STEP : 0;
	return ret;
}

/**
 * ts_ledger_retain() - forget what is over, of one step; in the batch
 * @l: the ledger
 * @r: as above; it stays there, for the next look to go on
 * @forgotten: set to how many sessions have no station any more
 *
 * Return: 0 or negative errno.
 */
int ts_ledger_retain(struct ts_ledger *l, const struct ts_retention *r,
		     unsigned int *forgotten)
{
	int ret;

	*forgotten = 0;
	ret = ts_db_write(l, "UPDATE sessions SET mac=NULL, vlan=0, zone=0 WHERE " OVER,
			  "uuuu", r->at, r->at + STEP, r->before_s, r->before_age_s);
	if (!ret)
		*forgotten = (unsigned int)sqlite3_changes(l->db);
	if (!ret)
		ret = ts_db_write(l, "UPDATE gifts SET mac=NULL WHERE " GONE, "uu", r->at,
				  r->at + STEP);
	if (!ret)
		ret = ts_db_write(l, "DELETE FROM allowances WHERE mac IN (SELECT mac"
				  " FROM allowances WHERE day < ?1 LIMIT ?2)", "uu", r->day,
				  (uint64_t)STEP);
	return ret;
}
