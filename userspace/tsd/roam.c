// SPDX-License-Identifier: GPL-2.0
/* roam.c - claims to the homes of guests, and what is shown of roaming. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "billing/roam.h"
#include "chain/json.h"
#include "tsd/clock.h"
#include "tsd/log.h"
#include "tsd/post.h"
#include "tsd/roam.h"

#define PATH		"/v1/roam"
#define TIMEOUT_MS	5000
#define HTTP_OK		200

/**
 * struct home - a box of the community
 * @all: all of them
 * @address: of the box
 * @post: its portal
 * @busy: a claim is on its way
 * @order: under which
 * @heard_ns: of its last answer; 0: none
 * @fault: why the last claim had none; empty: it had
 */
struct home {
	struct ts_roams *all;
	struct ts_address address;
	struct ts_post *post;
	bool busy;
	char order[TS_CODE_SIZE];
	uint64_t heard_ns;
	char fault[200];
};

/**
 * struct ts_roams - all of them
 * @loop: the daemon's
 * @billing: of the daemon
 * @again: wakes the loop when a claim that failed may be tried again
 * @homes: the boxes
 * @n: how many
 */
struct ts_roams {
	struct ev_loop *loop;
	struct ts_billing *billing;
	ev_timer again;
	struct home homes[TS_COMMUNITY_MAX];
	unsigned int n;
};

/* The loop is awake by this; it flushes before it sleeps again. */
static void on_again(struct ev_loop *loop, ev_timer *timer, int revents)
{
}

static void say(struct home *h, const char *fault)
{
	char text[TS_ADDRESS_TEXT_SIZE];

	if (!strcmp(h->fault, fault))
		return;
	snprintf(h->fault, sizeof(h->fault), "%s", fault);
	ts_address_print(&h->address, text);
	if (*fault)
		ts_log(TS_LOG_WARN, "community: %s at %s: %s", text,
		       ts_post_endpoint(h->post), h->fault);
	else
		ts_log(TS_LOG_INFO, "community: %s at %s answers again", text,
		       ts_post_endpoint(h->post));
}

/* The order's, in all; false: that is no answer of a portal. */
static bool read_answer(const struct home *h, long status, const json_t *object,
			struct ts_claim_answer *answer)
{
	const char *order = json_string_value(json_object_get(object, "order"));
	const char *wei = json_string_value(json_object_get(object, "bought_wei"));

	answer->error = json_string_value(json_object_get(object, "error"));
	if (status != HTTP_OK)
		return answer->error;
	answer->error = NULL;
	return order && wei && !strcmp(order, h->order) &&
	       !ts_u128_parse(&answer->bought_wei, wei);
}

static void on_done(void *ctx, long status, const char *text)
{
	struct ts_claim_answer answer = { 0 };
	json_t *object = NULL;
	struct home *h = ctx;
	struct ts_time now;

	h->busy = false;
	if (status)
		object = json_loads(text, 0, NULL);
	answer.unreachable = !status || !read_answer(h, status, object, &answer);
	if (!answer.unreachable)
		h->heard_ns = ts_clock_boot_ns();
	say(h, !answer.unreachable ? "" : status ? "the answer is none of a portal" :
						   text);
	ts_clock_now(&now);
	ts_billing_claim_answered(h->all->billing, h->order, &answer, &now);
	json_decref(object);
}

static void send_next(struct home *h, const struct ts_time *now)
{
	struct ts_claim_answer none = { .unreachable = true };
	uint8_t bytes[TS_CLAIM_BYTES];

	if (h->busy || !ts_billing_claim_next(h->all->billing, &h->address, now, bytes,
					      h->order))
		return;
	if (ts_post_send(h->post, bytes, sizeof(bytes), on_done, h))
		ts_billing_claim_answered(h->all->billing, h->order, &none, now);
	else
		h->busy = true;
}

/**
 * ts_roams_after_flush() - what was committed may be claimed
 * @r: all of them, or NULL
 */
void ts_roams_after_flush(struct ts_roams *r)
{
	struct ts_time now;
	uint64_t due_ns;
	unsigned int i;

	if (!r)
		return;
	ts_clock_now(&now);
	for (i = 0; i < r->n; i++)
		send_next(&r->homes[i], &now);
	due_ns = ts_billing_claim_due(r->billing);
	ev_timer_stop(r->loop, &r->again);
	if (due_ns == UINT64_MAX || due_ns <= now.boot_ns)
		return;
	ev_timer_set(&r->again, (double)(due_ns - now.boot_ns) / 1e9, 0);
	ev_timer_start(r->loop, &r->again);
}

static int add(struct ts_roams *r, const struct ts_config_box *box,
	       const struct ts_address *own, char *err, size_t err_size)
{
	struct home *h = &r->homes[r->n];
	char text[TS_ADDRESS_TEXT_SIZE], why[200];

	if (ts_address_equal(&box->address, own)) {
		snprintf(err, err_size, "community: %s is this box itself",
			 ts_address_print(&box->address, text));
		return -EINVAL;
	}
	h->all = r;
	h->address = box->address;
	h->post = ts_post_new(r->loop, box->url, PATH, TIMEOUT_MS, why, sizeof(why));
	if (!h->post) {
		snprintf(err, err_size, "community: %s", why);
		return -EINVAL;
	}
	r->n++;
	return 0;
}

/**
 * ts_roams_new() - begin
 * @loop: the daemon's
 * @config: with a community
 * @billing: stays the caller's
 * @own: address of this box
 * @err: on failure one line for people
 * @err_size: room in @err
 *
 * Return: it, or NULL.
 */
struct ts_roams *ts_roams_new(struct ev_loop *loop, const struct ts_config *config,
			      struct ts_billing *billing, const struct ts_address *own,
			      char *err, size_t err_size)
{
	struct ts_roams *r = calloc(1, sizeof(*r));
	unsigned int i;

	if (!r) {
		snprintf(err, err_size, "out of memory");
		return NULL;
	}
	r->loop = loop;
	r->billing = billing;
	ev_timer_init(&r->again, on_again, 0, 0);
	for (i = 0; i < config->billing.n_community; i++) {
		if (add(r, &config->community[i], own, err, err_size)) {
			ts_roams_free(r);
			return NULL;
		}
	}
	return r;
}

/** ts_roams_free() - send nothing any more; NULL is allowed */
void ts_roams_free(struct ts_roams *r)
{
	unsigned int i;

	if (!r)
		return;
	ev_timer_stop(r->loop, &r->again);
	for (i = 0; i < r->n; i++)
		ts_post_free(r->homes[i].post);
	free(r);
}

/* --- what is shown ----------------------------------------------------------- */

/** struct listing - visits or orders being listed */
struct listing {
	const struct ts_config *config;
	json_t *list;
};

static void add_one(struct listing *l, json_t *one, const struct ts_address *token)
{
	ts_portal_add_token(one, l->config->billing.tokens, l->config->billing.n_tokens,
			    token);
	json_array_append_new(l->list, one);
}

/* From the order, and from the first frame if one was told. */
static void add_interruption(json_t *one, const struct ts_visit_view *v)
{
	if (!v->granted_ns)
		return;
	json_object_set_new(one, "order_to_grant_us", json_integer((json_int_t)
		((v->granted_ns - v->arrived_ns) / 1000)));
	if (v->frame_ns)
		json_object_set_new(one, "frame_to_grant_us", json_integer((json_int_t)
			((v->granted_ns - v->frame_ns) / 1000)));
}

static int add_visit(const struct ts_visit_view *v, void *arg)
{
	static const char *const states[] = {
		[TS_VISIT_LIVE] = "live", [TS_VISIT_ENDING] = "ending",
		[TS_VISIT_OVER] = "over",
	};
	struct listing *l = arg;
	json_t *one;

	one = json_pack("{s:s, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:s}",
		"order", v->row.name, "wallet", ts_json_address(&v->wallet),
		"home", ts_json_address(&v->order.home), "state", states[v->row.state],
		"limit_wei", ts_json_wei(v->order.limit_wei),
		"bought_wei", ts_json_wei(v->row.received_wei),
		"returned_wei", ts_json_wei(v->row.returned_wei),
		"unspent_wei", ts_json_wei(v->unspent_wei), "fault", v->fault ? v->fault : "");
	add_interruption(one, v);
	add_one(l, one, &v->order.token);
	return 0;
}

static int add_order(const struct ts_order_view *o, void *arg)
{
	struct listing *l = arg;

	add_one(l, json_pack("{s:s, s:o, s:o, s:s, s:o, s:o, s:o}",
		"order", o->row.name, "wallet", ts_json_address(&o->row.wallet),
		"host", ts_json_address(&o->row.host),
		"state", !o->newest ? "superseded" : o->expired ? "expired" : "newest",
		"limit_wei", ts_json_wei(o->row.limit_wei), "bought_wei", ts_json_wei(o->row.bought_wei),
		"returned_wei", ts_json_wei(o->row.returned_wei)), &o->row.token);
	return 0;
}

/** struct roamers - how many */
struct roamers {
	json_int_t in, cut, out;
};

static int count_visit(const struct ts_visit_view *v, void *arg)
{
	struct roamers *n = arg;

	n->in++;
	n->cut += v->fault != NULL;
	return 0;
}

/* Who is home again has an order, too. */
static int count_order(const struct ts_order_view *o, void *arg)
{
	struct roamers *n = arg;

	n->out += o->newest && !o->expired && o->row.limit_wei;
	return 0;
}

/** ts_roams_count() - for {"cmd":"status"}; Return: a new reference */
json_t *ts_roams_count(struct ts_billing *billing)
{
	struct roamers n = { 0 };
	struct ts_time now;

	ts_clock_now(&now);
	ts_billing_visit_each(billing, count_visit, &n);
	ts_billing_order_each(billing, &now, count_order, &n);
	return json_pack("{s:I, s:I, s:I}", "in", n.in, "in_faults", n.cut, "out", n.out);
}

static json_t *boxes(const struct ts_roams *r)
{
	json_t *list = json_array(), *one;
	const struct home *h;
	unsigned int i;

	for (i = 0; r && i < r->n; i++) {
		h = &r->homes[i];
		one = json_pack("{s:o, s:s, s:s}", "address", ts_json_address(&h->address),
				"at", ts_post_endpoint(h->post), "fault", h->fault);
		if (h->heard_ns)
			json_object_set_new(one, "heard_ms_ago", json_integer((json_int_t)
				((ts_clock_boot_ns() - h->heard_ns) / 1000000)));
		json_array_append_new(list, one);
	}
	return list;
}

/** ts_roams_json() - for {"cmd":"roam"}; @r may be NULL; Return: a new reference */
json_t *ts_roams_json(const struct ts_roams *r, const struct ts_config *config,
		      struct ts_billing *billing)
{
	struct listing in = { config, json_array() }, out = { config, json_array() };
	struct ts_time now;

	ts_clock_now(&now);
	ts_billing_visit_each(billing, add_visit, &in);
	ts_billing_order_each(billing, &now, add_order, &out);
	return json_pack("{s:o, s:o, s:o}", "in", in.list, "out", out.list,
			 "community", boxes(r));
}
