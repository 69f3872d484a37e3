// SPDX-License-Identifier: GPL-2.0
/*
 * full_box CONFIG BOX CLIENTS: books and kernel of a box that so many stations have paid,
 * as tsd leaves them when it ends.  Made by the parts that tsd is made of, with its
 * configuration; tsd itself must not run meanwhile.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_wallet.h"
#include "billing/billing.h"
#include "ledger/ledger.h"
#include "lib/meter.h"
#include "photon/memo.h"
#include "tsd/clock.h"
#include "tsd/config.h"

#define PAY_WEI ((ts_u128)1000000 * 1000000000)	/* 1 MB */
#define BATCH 256

static unsigned int n_acks;

static _Noreturn void die(const char *what, const char *why)
{
	fprintf(stderr, "full_box: %s: %s\n", what, why);
	exit(1);
}

static void on_ack(void *ctx, uint64_t reply, const uint8_t ack[TS_ACK_BYTES])
{
	n_acks++;
}

static void on_heard(void *ctx, uint64_t reply, const struct ts_address *partner)
{
}

static void on_refuse(void *ctx, uint64_t reply, const struct ts_refused *why)
{
	die("refused", why->text);
}

static void on_changed(void *ctx, const char *code)
{
}

static void on_notify(void *ctx, const char *code, enum ts_notice notice)
{
}

static void on_log(void *ctx, int priority, const char *text)
{
}

static void on_random(void *ctx, void *bytes, size_t len)
{
	uint8_t *out = bytes;

	while (len--)
		*out++ = (uint8_t)rand();
}

static void complete(struct ts_billing_config *c, const char *box)
{
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "r");

	if (!f || fscanf(f, "%36s", c->boot_id) != 1 || ts_address_parse(&c->our_address, box))
		die(box, "no address, or no boot id");
	fclose(f);
}

static int first_zone(const struct ts_port *port, void *arg)
{
	*(uint32_t *)arg = port->zone;
	return 1;
}

static void pay_for(struct ts_billing *b, struct ts_signer *wallet, struct ts_channel *ch,
		    const struct ts_key *key, const struct ts_time *now)
{
	struct ts_memo memo = { .tariff_id = 1 };
	char text[TS_MEMO_SIZE];
	struct ts_bytes data = { .p = (const uint8_t *)text };
	struct ts_datagram d;
	struct ts_channel next;

	if (ts_billing_station(b, key, now, memo.code))
		die("a station", ts_billing_error(b));
	data.len = ts_memo_print(&memo, text);
	if (ts_channel_send(ch, wallet, PAY_WEI, &data, &next, &d))
		die("a payment", "not possible over this channel");
	*ch = next;
	ts_billing_datagram(b, d.b, d.len, 0, now);
}

static void fill(struct ts_billing *b, const char *box, uint32_t zone, uint32_t clients)
{
	struct ts_channel ch, of_box;
	struct ts_signer *wallet = bench_wallet(box, 0, &ch);
	struct ts_key key = { .zone = zone };
	struct ts_time now;
	uint32_t n;

	ts_clock_now(&now);
	of_box = ch;
	of_box.our_address = ch.partner_address;
	of_box.partner_address = ch.our_address;
	of_box.our_deposit_wei = 0;
	of_box.partner_deposit_wei = ch.our_deposit_wei;
	if (ts_billing_channel_import(b, &of_box, true, &now))
		die("channel", ts_billing_error(b));
	for (n = 0; n < clients; n++) {
		const uint8_t mac[6] = { 2, 1, 0, n >> 16, n >> 8, n };

		memcpy(key.mac, mac, sizeof(mac));
		pay_for(b, wallet, &ch, &key, &now);
		if (n % BATCH == BATCH - 1 || n + 1 == clients)
			ts_billing_flush(b, &now);
	}
	ts_billing_stop(b, &now);
	ts_signer_free(wallet);
}

int main(int argc, char **argv)
{
	struct ts_billing_effects effects = {
		.ack = on_ack, .heard = on_heard, .refuse = on_refuse,
		.session_changed = on_changed, .notify = on_notify,
		.log = on_log, .random = on_random,
	};
	struct ts_ledger_options options = { .flags = TS_LEDGER_CREATE };
	uint32_t zone = 0, clients = argc == 4 ? (uint32_t)atoi(argv[3]) : 0;
	char err[TS_CONFIG_ERROR_SIZE];
	struct ts_billing_meter use;
	struct ts_billing *billing;
	struct ts_ledger *ledger;
	struct ts_config *c;
	struct ts_meter *meter;
	struct ts_time now;

	if (!clients) {
		fprintf(stderr, "usage: full_box CONFIG BOX CLIENTS\n");
		return 2;
	}
	c = ts_config_load(argv[1], err, sizeof(err));
	if (!c)
		die("configuration", err);
	complete(&c->billing, argv[2]);
	options.path = c->ledger;
	if (ts_meter_open("bpf", true, &meter, err, sizeof(err)))
		die("meter", err);
	if (ts_meter_own(meter))
		die("meter", ts_meter_error(meter));
	ts_meter_port_dump(meter, first_zone, &zone);
	if (ts_ledger_open(&options, &ledger, err, sizeof(err)))
		die("ledger", err);
	ts_billing_meter_use(&use, meter);
	ts_clock_now(&now);
	if (ts_billing_open(ledger, &c->billing, &use, &effects, &now, &billing, err, sizeof(err)))
		die("billing", err);
	fill(billing, argv[2], zone, clients);
	ts_billing_free(billing);
	ts_ledger_close(ledger);
	ts_meter_close(meter);
	ts_config_free(c);
	if (n_acks != clients)
		die("payments", "not all of them were taken");
	return 0;
}
