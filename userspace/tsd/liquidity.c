// SPDX-License-Identifier: GPL-2.0
/* liquidity.c - what channels can still carry, and what of it is a reason to act. */
#include "chain/json.h"
#include "tsd/command.h"
#include "tsd/daemon.h"
#include "tsd/liquidity.h"

/* Who is warned so long before can still deposit, with all confirmations. */
#define SOON_S	3600

/** struct listing - channels being listed */
struct listing {
	const struct ts_billing_config *config;
	json_t *list;
};

static json_t *seconds(uint64_t s)
{
	return s > INT64_MAX ? json_null() : json_integer((json_int_t)s);
}

static void warn(json_t *list, const char *name, const char *text)
{
	json_array_append_new(list, json_pack("{s:s, s:s}", "warning", name,
					      "message", text));
}

/* Our side counts where we put something in, or have begun to pay. */
static bool pays(const struct ts_liquidity_view *v)
{
	return v->channel.our_deposit_wei || v->channel.our_proof.nonce;
}

static json_t *warnings(const struct ts_liquidity_view *v)
{
	json_t *list = json_array();

	if (v->channel.state != TS_CHANNEL_OPEN) {
		warn(list, "closed", "it is closed: nothing can be paid over it, and what is unspent stays owed");
		return list;
	}
	if (v->channel.frozen)
		warn(list, "frozen", "a withdrawal is under way: nothing can be paid over it until the chain confirms that");
	if (v->refused)
		warn(list, v->refused, v->refused_text);
	if (!v->in_wei)
		warn(list, "in_empty", "the partner can pay nothing more; it has to deposit");
	else if (v->in_empty_s < SOON_S)
		warn(list, "in_low", "at this rate the partner can pay nothing more within an hour; it has to deposit");
	if (!v->out_wei && pays(v))
		warn(list, "out_empty", v->carrying_out_wei ?
		     "we can pay nothing more for what the neighbour carries for us; deposit" :
		     "we can pay nothing more; deposit");
	else if (v->out_wei && v->out_empty_s < SOON_S)
		warn(list, "out_low", v->carrying_out_wei ?
		     "at this rate we can pay the neighbour for carrying for less than an hour; deposit" :
		     "at this rate we can pay nothing more within an hour; deposit");
	return list;
}

static int add(const struct ts_liquidity_view *v, void *arg)
{
	const struct ts_channel *ch = &v->channel;
	char partner[TS_ADDRESS_TEXT_SIZE];
	struct listing *l = arg;
	json_t *one;

	one = json_pack("{s:s, s:I, s:s, s:b, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:o, s:o, s:o}",
		"partner_address", ts_address_print(&ch->partner_address, partner),
		"open_block_number", (json_int_t)ch->open_block_number,
		"state", ch->state == TS_CHANNEL_OPEN ? "open" : "closed",
		"frozen", ch->frozen, "leaving", v->leaving,
		"in_wei", ts_json_wei(v->in_wei), "out_wei", ts_json_wei(v->out_wei),
		"in_locked_wei", ts_json_wei(ch->partner_locked_wei),
		"out_locked_wei", ts_json_wei(ch->our_locked_wei),
		"in_hour_wei", ts_json_wei(v->in_hour_wei),
		"out_hour_wei", ts_json_wei(v->out_hour_wei),
		"measured_s", (json_int_t)v->measured_s,
		"in_empty_s", seconds(v->in_empty_s),
		"out_empty_s", seconds(v->out_empty_s),
		"carrying_in_wei", ts_json_wei(v->carrying_in_wei),
		"carrying_out_wei", ts_json_wei(v->carrying_out_wei),
		"warnings", warnings(v));
	ts_portal_add_token(one, l->config->tokens, l->config->n_tokens, &ch->token);
	return json_array_append_new(l->list, one);
}

/** ts_liquidity_answer() - {"cmd":"liquidity"}; Return: a new object */
json_t *ts_liquidity_answer(struct ts_daemon *d, const json_t *request)
{
	struct listing l = { .config = &d->config->billing, .list = json_array() };
	struct ts_time now;

	ts_clock_now(&now);
	if (ts_billing_liquidity_each(d->billing, &now, add, &l)) {
		json_decref(l.list);
		return ts_command_failure("no_memory", "memory is out; ask again");
	}
	return json_pack("{s:o, s:o}", "channels", l.list,
			 "internet", ts_status_internet(d));
}
