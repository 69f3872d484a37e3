// SPDX-License-Identifier: GPL-2.0
/* sponsor.c - pay for a station that is not ours: by a signature, up to a limit and a date. */
#include <netinet/ether.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "chain/token.h"
#include "photon/sponsor.h"
#include "tspay/payer.h"

/**
 * struct books_of - the box that has our value
 * @p: the payer
 * @channel: with it, of our own books: box and chain are those, whatever the box says
 * @is_found: there is one
 */
struct books_of {
	const struct payer *p;
	struct ts_channel channel;
	bool is_found;
};

static int consider(const struct purse *purse, void *arg)
{
	const struct ts_channel *c = &purse->life.channel;
	struct books_of *paid = arg;

	if (c->state != TS_CHANNEL_OPEN ||
	    !ts_address_equal(&c->our_address, ts_signer_address(paid->p->signer)) ||
	    !ts_address_equal(&c->partner_address, &paid->p->token.address) ||
	    !ts_address_equal(&c->token, &paid->p->token.contract) ||
	    (paid->is_found && c->open_block_number < paid->channel.open_block_number))
		return 0;
	paid->channel = *c;
	paid->is_found = true;
	return 0;
}

/* A day, or a day and a time, in UTC. */
static bool read_date(const char *text, uint64_t *s)
{
	static const char *const formats[] = { "%Y-%m-%d", "%Y-%m-%dT%H:%M" };
	const char *end;
	struct tm tm;
	size_t i;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		memset(&tm, 0, sizeof(tm));
		end = strptime(text, formats[i], &tm);
		*s = end && !*end ? (uint64_t)timegm(&tm) : 0;
		if (*s && *s <= INT64_MAX)
			return true;
	}
	fprintf(stderr, "tspay: '%s' is not a date (UTC) such as 2030-01-31 or 2030-01-31T12:00\n",
		text);
	return false;
}

static bool read_mac(const char *text, uint8_t mac[6])
{
	struct ether_addr addr;

	if (ether_aton_r(text, &addr) && !(addr.ether_addr_octet[0] & 1)) {
		memcpy(mac, addr.ether_addr_octet, 6);
		return true;
	}
	fprintf(stderr, "tspay: '%s' is not the MAC of a station, such as 02:00:5e:10:00:01\n",
		text);
	return false;
}

static const char *unit(const struct payer *p)
{
	return p->token.symbol[0] ? p->token.symbol : "wei";
}

static int list_one(const struct sponsored *s, void *arg)
{
	char limit[TS_TOKEN_TEXT_SIZE], spent[TS_TOKEN_TEXT_SIZE], until[24] = "-";
	const struct payer *p = arg;
	time_t t = (time_t)s->until_s;
	struct tm tm;

	if (!ts_address_equal(&s->token, &p->token.contract))
		return 0;
	if (gmtime_r(&t, &tm))
		strftime(until, sizeof(until), "%Y-%m-%dT%H:%M", &tm);
	printf("%s %s of %s %s spent, until %s\n", s->mac,
	       ts_token_print(s->spent_wei, p->token.decimals, spent),
	       ts_token_print(s->limit_wei, p->token.decimals, limit), unit(p), until);
	return 0;
}

static int say(const char *text)
{
	fprintf(stderr, "tspay: %s\n", text);
	return 1;
}

static int sign(struct payer *p, struct ts_sponsor *said)
{
	struct ts_datagram body = { .len = TS_SPONSOR_BYTES };
	struct books_of paid = { .p = p };
	char err[512];

	if (purse_each(p->o->state_dir, consider, &paid, err, sizeof(err)))
		return say(err);
	if (!paid.is_found)
		return say("this box was not paid from here in this token, so nothing can be spent of that; pay it, or give the state of another tspay with --state");
	said->box = paid.channel.partner_address;
	said->chain_id = paid.channel.chain_id;
	said->token = paid.channel.token;
	said->wallet = paid.channel.our_address;
	if (box_sponsored(p->box, &said->wallet, NULL, NULL, &said->serial, err, sizeof(err)))
		return say(err);
	ts_sponsor_sign(said, p->signer, body.b);
	return box_sponsor(p->box, &body, err, sizeof(err)) ? say(err) : 0;
}

int payer_sponsor_list(struct payer *p)
{
	uint64_t serial;
	char err[512];

	if (box_sponsored(p->box, ts_signer_address(p->signer), list_one, p, &serial, err,
			  sizeof(err)))
		return say(err);
	return 0;
}

int payer_sponsor(struct payer *p, const char *mac, ts_u128 limit_wei, const char *until)
{
	struct ts_sponsor said = { .limit_wei = limit_wei,
				   .most_wei_per_gb = p->o->policy.max_wei_per_gb };
	char limit[TS_TOKEN_TEXT_SIZE];

	if (!read_mac(mac, said.mac) || (until && !read_date(until, &said.until_s)))
		return 2;
	if (sign(p, &said))
		return 1;
	if (!limit_wei) {
		show_line(&p->show, "nothing more is spent for %s", mac);
		return 0;
	}
	show_line(&p->show, "%s may spend %s %s of what this wallet pays here, until %s (UTC)",
		  mac, ts_token_print(limit_wei, p->token.decimals, limit), unit(p), until);
	/* M15: who signs has to know it. */
	show_line(&p->show, "whoever copies that MAC can spend it as well, but never more than that");
	return 0;
}
