// SPDX-License-Identifier: GPL-2.0
/*
 * discovery_mdns.c - any bytes: refused, or a packet that says what can be true;
 * what it tells can be told again, and is understood the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "discovery/mdns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct ts_address ours = { .b = { 0x5a, 0xae, 0xb6, 0x05, 0x3f, 0x3e, 0x94,
	0xc9, 0xb9, 0xa0, 0x9f, 0x33, 0x66, 0x94, 0x35, 0xe7, 0xef, 0x1b, 0xea, 0xed } };

static void need(bool holds)
{
	if (!holds)
		abort();
}

static void tell_again(const struct ts_mdns_service *heard)
{
	uint8_t out[TS_MDNS_ANSWER_MAX_BYTES];
	struct ts_mdns_service one = *heard;
	struct ts_mdns_packet again;

	need(heard->port && heard->n_ips && heard->n_ips <= TS_MDNS_IPS_MAX);
	memset(one.ip + 1, 0, sizeof(one.ip) - sizeof(one.ip[0]));
	one.n_ips = 1;
	need(!ts_mdns_decode(&again, out, ts_mdns_answer(out, &one, NULL), &ours));
	need(again.response && again.n_services == 1);
	need(!memcmp(&again.services[0], &one, sizeof(one)));
}

static void answer_legacy(const struct ts_mdns_packet *p)
{
	struct ts_mdns_service s = { .address = ours, .ip = { { 10, 0, 0, 1 } },
				     .n_ips = 1, .port = 1 };
	uint8_t out[TS_MDNS_ANSWER_MAX_BYTES];
	struct ts_mdns_packet again;

	need(!ts_mdns_decode(&again, out, ts_mdns_answer(out, &s, p), &ours));
	need(again.id == p->id && again.n_services == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ts_mdns_packet p;
	unsigned int i;

	if (ts_mdns_decode(&p, data, size, &ours))
		return 0;
	need(p.n_services <= TS_MDNS_SERVICES_MAX);
	need(!p.response || (!p.about && !p.unicast && !p.knows));
	need(p.response || !p.n_services);
	for (i = 0; i < p.n_services; i++)
		tell_again(&p.services[i]);
	if (p.about)
		answer_legacy(&p);
	return 0;
}
