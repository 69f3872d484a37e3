// SPDX-License-Identifier: GPL-2.0
/*
 * opennds_plan.c - what openNDS is to be told, and when; see opennds_plan.h.
 *
 * What follows from what openNDS does by itself (BinAuth tells of it, or the next list):
 *
 *   idle_deauth, timeout_deauth, ..quota_deauth: its own housekeeping.  Who has paid is
 *	let in again at once: how long and how much a session may is billing's affair.
 *   shutdown_deauth: likewise, when it is back.
 *   client_deauth, ndsctl_deauth that is not ours: somebody wants this client at the
 *	portal.  It is held there, session and value as they are, until it comes to the
 *	portal by itself or pays anew after it was dry.
 *   any authentication of who has not paid: taken back, so that it sees the portal; the
 *	kernel has let nothing pass meanwhile.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tsd/opennds_plan.h"

#define NS_PER_S	1000000000ull
/* Who is dry and pays at once was not put out: the kernel has cut it anyhow. */
#define GRACE_NS	(2 * NS_PER_S)
#define BUSY_NS		(NS_PER_S / 4)
#define AWAY_NS		(2 * NS_PER_S)
#define FAILED_MAX_NS	(60 * NS_PER_S)
/* Who is refused again and again is not there; it is tried at once when it is back. */
#define REFUSED_MAX_NS	(600 * NS_PER_S)

/**
 * struct client - a station that has paid, or that openNDS lets pass
 * @mac: of it: openNDS knows no zones
 * @code: of the session that wants it let in; that of nobody else changes @paid, for a
 *	MAC that was copied to another port must not put the payer out (M15)
 * @account: of that session in the kernel; another one: it is back
 * @paid: it should pass
 * @in: openNDS lets it pass, as far as is known
 * @held: not to be let in by ourselves
 * @swept: that session was there in this sweep
 * @listed: it was in this list
 * @news: the command that was running when an event came: newer than its list
 * @tries: how often it was refused in a row
 * @due_ns: not before
 * @door_ns: when it was sent to openNDS's door; 0: not since it was let in
 */
struct client {
	uint8_t mac[6];
	char code[TS_CODE_SIZE];
	uint32_t account;
	bool paid;
	bool in;
	bool held;
	bool swept;
	bool listed;
	uint64_t news;
	unsigned int tries;
	uint64_t due_ns;
	uint64_t door_ns;
};

/**
 * struct ts_nds_plan - all of it
 * @client: each
 * @n: how many
 * @call: what is running, if @busy
 * @number: of that command, from 1 on
 * @known: a list was had since openNDS was away
 * @unsure: something since the last list says that it may be wrong
 * @list_due_ns: when the next list is wanted
 * @not_before_ns: nothing at all before
 * @failures: in a row
 */
struct ts_nds_plan {
	struct client client[TS_NDS_CLIENTS_MAX];
	unsigned int n;
	bool busy;
	struct ts_nds_call call;
	uint64_t number;
	bool known;
	bool unsure;
	uint64_t list_due_ns;
	uint64_t not_before_ns;
	unsigned int failures;
};

/** ts_nds_plan_new() - Return: a plan that first wants a list; NULL: no memory */
struct ts_nds_plan *ts_nds_plan_new(void)
{
	return calloc(1, sizeof(struct ts_nds_plan));
}

/** ts_nds_plan_free() - NULL is allowed */
void ts_nds_plan_free(struct ts_nds_plan *p)
{
	free(p);
}

static uint64_t backoff(uint64_t first_ns, unsigned int times, uint64_t max_ns)
{
	uint64_t ns = times < 16 ? first_ns << times : max_ns;

	return ns < max_ns ? ns : max_ns;
}

static struct client *find(struct ts_nds_plan *p, const uint8_t mac[6])
{
	unsigned int i;

	for (i = 0; i < p->n; i++)
		if (!memcmp(p->client[i].mac, mac, 6))
			return &p->client[i];
	return NULL;
}

/* NULL: there is no place. */
static struct client *make(struct ts_nds_plan *p, const uint8_t mac[6])
{
	struct client *c = find(p, mac);

	if (c || p->n == TS_NDS_CLIENTS_MAX)
		return c;
	c = &p->client[p->n++];
	memset(c, 0, sizeof(*c));
	memcpy(c->mac, mac, 6);
	return c;
}

/* Of whom there is nothing to say. */
static void drop_idle(struct ts_nds_plan *p)
{
	unsigned int i;

	for (i = p->n; i-- > 0;) {
		const struct client *c = &p->client[i];

		if (!c->paid && !c->in)
			p->client[i] = p->client[--p->n];
	}
}

/* What we think may be wrong: a list is wanted, also if there is nobody else to ask for. */
static void doubt(struct ts_nds_plan *p, uint64_t at_ns)
{
	p->unsure = true;
	p->list_due_ns = at_ns;
}

static void set_in(struct client *c, bool in)
{
	c->in = in;
	if (in)
		c->door_ns = 0;
}

static void unpay(struct client *c, uint64_t now_ns)
{
	c->paid = false;
	c->held = false;
	c->tries = 0;
	c->due_ns = now_ns + GRACE_NS;
}

/* Where a session was before, it lets nobody in any more. */
static void leave(struct ts_nds_plan *p, const char *code, const uint8_t *mac,
		  uint64_t now_ns)
{
	unsigned int i;

	for (i = 0; i < p->n; i++) {
		struct client *c = &p->client[i];

		if (c->paid && !strcmp(c->code, code) && (!mac || memcmp(c->mac, mac, 6)))
			unpay(c, now_ns);
	}
}

/**
 * ts_nds_plan_session() - how a session is now
 * @p: the plan
 * @code: its name
 * @view: it; NULL: there is none of that name any more
 * @now_ns: CLOCK_BOOTTIME
 *
 * Return: 0; -ENOSPC: it has paid, and there is no place for it.
 */
int ts_nds_plan_session(struct ts_nds_plan *p, const char *code,
			const struct ts_session_view *view, uint64_t now_ns)
{
	bool paid = view && view->has_station && view->state == TS_SESSION_PAID;
	struct client *c;

	leave(p, code, paid ? view->station.mac : NULL, now_ns);
	if (!paid)
		return 0;
	c = make(p, view->station.mac);
	if (!c)
		return -ENOSPC;
	if (!c->paid || (view->account_id && view->account_id != c->account)) {
		c->tries = 0;
		c->due_ns = now_ns;
	}
	c->paid = true;
	c->swept = true;
	if (view->account_id)
		c->account = view->account_id;
	memcpy(c->code, code, sizeof(c->code));
	return 0;
}

/** ts_nds_plan_sweep_begin() - from now on all sessions are told of */
void ts_nds_plan_sweep_begin(struct ts_nds_plan *p)
{
	unsigned int i;

	for (i = 0; i < p->n; i++)
		p->client[i].swept = false;
}

/** ts_nds_plan_sweep_end() - they were; who was not among them has ended unheard */
void ts_nds_plan_sweep_end(struct ts_nds_plan *p, uint64_t now_ns)
{
	unsigned int i;

	for (i = 0; i < p->n; i++)
		if (p->client[i].paid && !p->client[i].swept)
			unpay(&p->client[i], now_ns);
}

static bool is_ours(const struct ts_nds_plan *p, enum ts_nds_verb verb,
		    const uint8_t mac[6])
{
	return p->busy && p->call.verb == verb && !memcmp(p->call.mac, mac, 6);
}

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && !strcmp(text + n - m, end);
}

/**
 * ts_nds_plan_event() - openNDS let somebody in, or put somebody out
 * @p: the plan
 * @method: BinAuth's first word
 * @mac: of whom
 * @now_ns: CLOCK_BOOTTIME
 *
 * Return: 0; -EINVAL: no such method is known; -ENOSPC: there is no place for it.
 */
int ts_nds_plan_event(struct ts_nds_plan *p, const char *method, const uint8_t mac[6],
		      uint64_t now_ns)
{
	bool out = ends_with(method, "_deauth");
	bool in = !out && ends_with(method, "_auth");
	struct client *c;

	/* "auth_client" asks whether it may; "client_auth" says that it did. */
	if (!strcmp(method, "auth_client"))
		return 0;
	if (!in && !out)
		return -EINVAL;
	c = in ? make(p, mac) : find(p, mac);
	if (!c)
		return in ? -ENOSPC : 0;
	set_in(c, in);
	c->news = p->number;
	c->tries = 0;
	c->due_ns = now_ns;
	if (in)
		c->held = false;
	else if (!strcmp(method, "client_deauth") ||
		 (!strcmp(method, "ndsctl_deauth") && !is_ours(p, TS_NDS_DEAUTH, mac)))
		c->held = c->paid;
	return 0;
}

/**
 * ts_nds_plan_visit() - who has paid is at the portal, sent there by openNDS
 * @p: the plan
 * @mac: of whom, by our own neighbour table
 * @now_ns: CLOCK_BOOTTIME
 *
 * So openNDS does not let it pass, whatever we thought; and it wants to.
 *
 * Return: true: send it to openNDS's own door; false: it was there a moment ago in vain,
 * or has not paid.
 */
bool ts_nds_plan_visit(struct ts_nds_plan *p, const uint8_t mac[6], uint64_t now_ns)
{
	struct client *c = find(p, mac);

	if (!c || !c->paid)
		return false;
	if (!is_ours(p, TS_NDS_AUTH, mac)) {
		c->in = false;
		c->news = p->number;
	}
	c->held = false;
	c->tries = 0;
	/* The door is quicker, and two at once would only refuse each other. */
	c->due_ns = now_ns + NS_PER_S;
	/* Not later than it was, or visits would put it off for ever. */
	doubt(p, p->list_due_ns < c->due_ns ? p->list_due_ns : c->due_ns);
	if (c->door_ns && now_ns - c->door_ns < TS_NDS_DOOR_NS)
		return false;
	c->door_ns = now_ns;
	return true;
}

static bool wants(const struct client *c)
{
	return c->paid ? !c->in && !c->held : c->in;
}

/* Who waits longest; those who have paid before those who have not. */
static struct client *most_due(struct ts_nds_plan *p)
{
	struct client *best = NULL, *c;

	for (c = p->client; c < p->client + p->n; c++) {
		if (!wants(c))
			continue;
		if (!best || c->due_ns < best->due_ns ||
		    (c->due_ns == best->due_ns && c->paid > best->paid))
			best = c;
	}
	return best;
}

static uint64_t later(uint64_t a_ns, uint64_t b_ns)
{
	return a_ns > b_ns ? a_ns : b_ns;
}

/* Without clients nobody asks; the first one is let in without a list. */
static uint64_t list_due(const struct ts_nds_plan *p)
{
	if (!p->known)
		return p->not_before_ns;
	return p->n || p->unsure ? later(p->list_due_ns, p->not_before_ns) : UINT64_MAX;
}

static uint64_t client_due(const struct ts_nds_plan *p)
{
	/* It is only looked at. */
	const struct client *c = most_due((struct ts_nds_plan *)p);

	return p->known && c ? later(c->due_ns, p->not_before_ns) : UINT64_MAX;
}

/**
 * ts_nds_plan_next() - what is to be done now
 * @p: the plan
 * @now_ns: CLOCK_BOOTTIME
 * @call: set if there is something
 *
 * Return: whether there is; then ts_nds_plan_done() is due.  Never while that is due.
 */
bool ts_nds_plan_next(struct ts_nds_plan *p, uint64_t now_ns, struct ts_nds_call *call)
{
	const struct client *c;

	if (p->busy)
		return false;
	drop_idle(p);
	/* A list is late by what clients wait for at most: there are not that many. */
	if (client_due(p) <= now_ns) {
		c = most_due(p);
		p->call.verb = c->paid ? TS_NDS_AUTH : TS_NDS_DEAUTH;
		memcpy(p->call.mac, c->mac, 6);
	} else if (list_due(p) <= now_ns) {
		unsigned int i;

		for (i = 0; i < p->n; i++)
			p->client[i].listed = false;
		p->call.verb = TS_NDS_LIST;
	} else {
		return false;
	}
	p->busy = true;
	p->number++;
	*call = p->call;
	return true;
}

/** ts_nds_plan_deadline() - Return: when to ask again; UINT64_MAX: after a call from outside */
uint64_t ts_nds_plan_deadline(const struct ts_nds_plan *p)
{
	uint64_t list_ns = list_due(p), client_ns = client_due(p);

	if (p->busy)
		return UINT64_MAX;
	return list_ns < client_ns ? list_ns : client_ns;
}

/** ts_nds_plan_listed() - the list that is running has this client, authenticated */
void ts_nds_plan_listed(struct ts_nds_plan *p, const uint8_t mac[6])
{
	struct client *c = make(p, mac);

	if (c)
		c->listed = true;
}

/* What an event has said since the list was asked for is newer than the list. */
static void take_list(struct ts_nds_plan *p, uint64_t now_ns)
{
	unsigned int i;

	for (i = 0; i < p->n; i++) {
		struct client *c = &p->client[i];

		if (c->news == p->number || c->in == c->listed)
			continue;
		set_in(c, c->listed);
		if (!c->tries)
			c->due_ns = now_ns;
	}
	p->known = true;
	p->unsure = false;
	p->list_due_ns = now_ns + TS_NDS_LIST_NS;
}

/* It has been told otherwise, or that client is not there: the list says which. */
static void take_refusal(struct ts_nds_plan *p, struct client *c, uint64_t now_ns)
{
	c->due_ns = now_ns + backoff(NS_PER_S, c->tries++, REFUSED_MAX_NS);
	doubt(p, now_ns);
}

/* No list, but also no reason to leave those waiting who have paid. */
static void take_failure(struct ts_nds_plan *p, uint64_t now_ns)
{
	p->not_before_ns = now_ns + backoff(NS_PER_S, p->failures++, FAILED_MAX_NS);
	if (p->call.verb == TS_NDS_LIST) {
		p->known = true;
		doubt(p, now_ns + TS_NDS_LIST_NS);
	} else {
		doubt(p, now_ns);
	}
}

static void take_away(struct ts_nds_plan *p, uint64_t now_ns)
{
	unsigned int i;

	/* All clients of an openNDS end with it. */
	for (i = 0; i < p->n; i++)
		p->client[i].in = false;
	p->known = false;
	p->not_before_ns = now_ns + AWAY_NS;
}

/**
 * ts_nds_plan_done() - the command that ts_nds_plan_next() gave has ended
 * @p: the plan
 * @outcome: how
 * @now_ns: CLOCK_BOOTTIME
 */
void ts_nds_plan_done(struct ts_nds_plan *p, enum ts_nds_outcome outcome, uint64_t now_ns)
{
	struct client *c = p->call.verb == TS_NDS_LIST ? NULL : find(p, p->call.mac);

	p->busy = false;
	if (outcome == TS_NDS_DONE || outcome == TS_NDS_REFUSED)
		p->failures = 0;
	switch (outcome) {
	case TS_NDS_DONE:
		if (p->call.verb == TS_NDS_LIST)
			take_list(p, now_ns);
		else if (c)
			set_in(c, p->call.verb == TS_NDS_AUTH);
		if (c)
			c->tries = 0;
		return;
	case TS_NDS_REFUSED:
		if (p->call.verb == TS_NDS_LIST)
			take_failure(p, now_ns);
		else if (c)
			take_refusal(p, c, now_ns);
		return;
	case TS_NDS_BUSY:
		p->not_before_ns = now_ns + BUSY_NS;
		return;
	case TS_NDS_AWAY:
		take_away(p, now_ns);
		return;
	case TS_NDS_FAILED:
		take_failure(p, now_ns);
	}
}

/** ts_nds_plan_counts() - how it stands, for people */
void ts_nds_plan_counts(const struct ts_nds_plan *p, struct ts_nds_counts *counts)
{
	unsigned int i;

	memset(counts, 0, sizeof(*counts));
	counts->known = p->known;
	for (i = 0; i < p->n; i++) {
		counts->paid += p->client[i].paid;
		counts->authenticated += p->client[i].in;
		counts->held += p->client[i].held;
	}
}
