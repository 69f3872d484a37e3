// SPDX-License-Identifier: GPL-2.0
/* tspay: pays a TokenSwitch box, or any Photon node, by DirectTransfers. */
#include <curl/curl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "chain/token.h"
#include "tspay/channel.h"
#include "tspay/key.h"
#include "tspay/payer.h"

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	stop = 1;
}

static bool amount(const char *name, const char *text, unsigned int decimals, ts_u128 *wei)
{
	char suffixed[80];
	size_t len = strlen(text);

	/* "250000wei" is in the smallest unit. */
	if (len > 3 && len < sizeof(suffixed) && !strcmp(text + len - 3, "wei")) {
		memcpy(suffixed, text, len - 3);
		suffixed[len - 3] = '\0';
		text = suffixed;
		decimals = 0;
	}
	if (!ts_token_parse(wei, text, decimals))
		return true;
	fprintf(stderr, "tspay: %s '%s' is not an amount such as 0.25 or 250000wei (the token has %u decimals)\n",
		name, text, decimals);
	return false;
}

static int pay_once(struct payer *p)
{
	ts_u128 wei;

	if (!amount("--once", p->o->once, p->token.decimals, &wei))
		return 2;
	return payer_once(p, wei);
}

static int attach(struct payer *p)
{
	ts_u128 limit = TS_U128_MAX;

	if (p->o->limit && !amount("--limit", p->o->limit, p->token.decimals, &limit))
		return 2;
	return payer_attach(p, p->o->attach, limit);
}

static int refund(struct payer *p)
{
	ts_u128 limit = TS_U128_MAX;

	if (p->o->amount && !amount("the refund", p->o->amount, p->token.decimals, &limit))
		return 2;
	return payer_refund(p, limit);
}

static int channel(const struct options *o)
{
	ts_u128 wei = 0;

	if (o->channel_verb == CHANNEL_LIST || o->channel_verb == CHANNEL_SHOW)
		return channel_show(o);
	if (o->amount && !amount("the amount", o->amount, o->decimals, &wei))
		return 2;
	if (o->amount && !wei) {
		fprintf(stderr, "tspay: the amount is 0\n");
		return 2;
	}
	return channel_run(o, wei, &stop);
}

/* Without --max-price what this box asks for now is the highest. */
static int roam(struct options *o)
{
	ts_u128 limit = TS_U128_MAX;
	struct payer p;
	int ret = 1;

	if (payer_begin(&p, o, &stop))
		goto out;
	ret = 2;
	o->policy.max_wei_per_gb = p.token.wei_per_gb;
	if (o->max_price && !amount("--max-price", o->max_price, p.token.decimals,
				    &o->policy.max_wei_per_gb))
		goto out;
	if (o->amount && !amount("the amount", o->amount, p.token.decimals, &limit))
		goto out;
	ret = payer_roam(&p, limit);
out:
	payer_close(&p);
	return ret;
}

/* Without one any price will do. */
static bool read_max_price(struct options *o, const struct payer *p)
{
	o->policy.max_wei_per_gb = TS_U128_MAX;
	return !o->max_price || amount("--max-price", o->max_price, p->token.decimals,
				       &o->policy.max_wei_per_gb);
}

static int sponsor(struct options *o)
{
	ts_u128 limit = 0;
	struct payer p;
	int ret = 1;

	if (payer_begin(&p, o, &stop))
		goto out;
	ret = 2;
	if (!read_max_price(o, &p))
		goto out;
	if (o->amount && !amount("the limit", o->amount, p.token.decimals, &limit))
		goto out;
	if (o->amount && !limit) {
		fprintf(stderr, "tspay: the limit is 0; to end it: tspay sponsor --end MAC URL\n");
		goto out;
	}
	ret = o->sponsor_mac ?
	      payer_sponsor(&p, o->sponsor_mac, limit, o->sponsor_until) :
	      payer_sponsor_list(&p);
out:
	payer_close(&p);
	return ret;
}

static int run(struct options *o)
{
	struct payer p;
	int ret = 1;

	if (payer_open(&p, o, &stop))
		goto out;
	if (o->attach) {
		ret = attach(&p);
		goto out;
	}
	if (o->refund) {
		ret = refund(&p);
		goto out;
	}
	ret = 2;
	if (!read_max_price(o, &p))
		goto out;
	if (o->once) {
		ret = pay_once(&p);
		goto out;
	}
	if (!amount("--cap-hour", o->cap_hour, p.token.decimals, &o->policy.cap_hour_wei))
		goto out;
	ret = payer_watch(&p);
out:
	payer_close(&p);
	return ret;
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_signal };
	struct options o;
	int ret;

	if (sodium_init() < 0) {
		fprintf(stderr, "tspay: libsodium does not start on this machine\n");
		return 1;
	}
	curl_global_init(CURL_GLOBAL_DEFAULT);
	/* No SA_RESTART: a wait ends at once. */
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
	ret = options_parse(&o, argc, argv);
	if (ret)
		ret = ret == 1 ? 0 : ret;
	else if (o.key_verb != KEY_NONE)
		ret = key_run(&o);
	else if (o.channel_verb != CHANNEL_NONE)
		ret = channel(&o);
	else if (o.sponsor)
		ret = sponsor(&o);
	else
		ret = o.roam ? roam(&o) : run(&o);
	options_free(&o);
	return ret;
}
