// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes as a frame: nothing read outside, and whatever they are, nothing is
 * free that must not be.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define TS_CLASSIFY_TABLES
#include "tokenswitch/classify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(ok)                 \
	do {                     \
		if (!(ok))       \
			abort(); \
	} while (0)

/* Every service, every address, no walled garden; half of the MACs. */
struct ts_tables {
	int none;
};

static int ts_table_box_mac(const struct ts_tables *t, const struct ts_frame *f)
{
	return f->peer >> 40 & 1;
}

static int ts_table_service(const struct ts_tables *t, const struct ts_frame *f)
{
	must(f->flags & TS_FRAME_L4);
	return f->remote_port & 1 ? TS_SERVICE_ENDS_HERE : TS_SERVICE_LISTED;
}

static int ts_table_box_addr(const struct ts_tables *t, const struct ts_frame *f)
{
	must(f->flags & (TS_FRAME_IP4 | TS_FRAME_IP6));
	return 1;
}

static __u32 ts_table_prefix(const struct ts_tables *t, const struct ts_frame *f)
{
	must(f->flags & (TS_FRAME_IP4 | TS_FRAME_IP6));
	return f->remote[0] & 1 ? TS_CLASS_LOCAL : TS_CLASS_INTERNET;
}

static void must_be_whole(const struct ts_frame *f, size_t size)
{
	must(f->vlan < 4096);
	must(!(f->flags & TS_FRAME_L4) || f->proto == TS_IP_TCP || f->proto == TS_IP_UDP);
	must(!(f->flags & TS_FRAME_L4) || !(f->flags & TS_FRAME_FRAGMENT));
	must(!(f->flags & TS_FRAME_CONTROL) || !(f->flags & TS_FRAME_FRAGMENT));
	must(!(f->flags & TS_FRAME_CONTROL) || f->ethertype != TS_ETH_ARP ||
	     size <= 22 + TS_ARP_BYTES_MAX);
	must(!(f->flags & (TS_FRAME_DHCP | TS_FRAME_QUIC)) || f->flags & TS_FRAME_L4);
	must((f->flags & (TS_FRAME_IP4 | TS_FRAME_IP6)) != (TS_FRAME_IP4 | TS_FRAME_IP6));
	must(f->header_len >= 14);
}

/* Control going up: no client is a router, nor asks another into the network. */
static void must_be_a_clients(const struct ts_frame *f, const uint8_t *frame)
{
	must(f->ethertype != TS_ETH_EAPOL || f->peer == TS_MAC_PAE);
	if (f->proto == TS_IP_ICMP6)
		must(frame[f->header_len] != TS_ICMP6_ROUTER_ADVERT &&
		     frame[f->header_len] != TS_ICMP6_REDIRECT);
}

/* At its full length, but for what the box is asked and ends at it. */
static void must_be_policed(const struct ts_frame *f, uint32_t dir, int by_box)
{
	uint32_t kind = ts_frame_free_service(f, NULL, dir, by_box);

	must(ts_free_tokens(kind, 1600) == (kind == TS_SERVICE_ENDS_HERE ? 101 : 1600));
	if (kind == TS_SERVICE_ENDS_HERE) {
		must(f->flags & TS_FRAME_L4 && f->remote_port & 1);
		must(dir == TS_DIR_DOWN ? by_box : f->peer >> 40 & 1);
	} else if (f->flags & TS_FRAME_L4 && !(f->remote_port & 1)) {
		/* Nothing that is listed finds a way to be taken for something else. */
		must(kind == TS_SERVICE_LISTED);
	}
}

static void must_be_strict(const struct ts_frame *f, uint32_t dir, int by_box)
{
	uint32_t class = ts_frame_class(f, NULL, dir, by_box), plea = ts_frame_plea(f);

	must(class <= TS_CLASS_INTERNET);
	must(!plea || (f->flags & TS_FRAME_L4 && !(f->flags & TS_FRAME_GROUP)));
	if (class != TS_CLASS_FREE)
		return;
	must(!(f->flags & TS_FRAME_FRAGMENT));
	must_be_policed(f, dir, by_box);
	if (f->flags & TS_FRAME_CONTROL)
		return;
	if (dir == TS_DIR_DOWN)
		must(by_box);
	else
		must((f->flags & TS_FRAME_DHCP && f->flags & TS_FRAME_GROUP) ||
		     (f->peer >> 40 & 1));
}

static void must_bill_all(const struct ts_frame *f, uint32_t len, uint32_t gso_size)
{
	uint32_t segs, bytes = ts_frame_super_bytes(f, len, gso_size, 0, &segs);

	must(segs >= 1 && segs <= len + 1);
	must(bytes >= len);
	must(ts_frame_super_bytes(f, len, gso_size, 1, &segs) == bytes + 4 * segs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t look;
	struct ts_frame f, cut;
	uint32_t dir, tci;

	if (size < 3)
		return 0;
	dir = data[0] & 1;
	tci = data[0] & 2 ? data[1] : TS_FRAME_NO_TCI;
	if (ts_frame_parse(&f, data + 2, data + size, dir, tci) & TS_FRAME_MALFORMED)
		return 0;
	must_be_whole(&f, size - 2);
	if (dir == TS_DIR_UP && f.flags & TS_FRAME_CONTROL)
		must_be_a_clients(&f, data + 2);
	must_be_strict(&f, dir, 0);
	must_be_strict(&f, dir, 1);
	must_bill_all(&f, size - 2, data[1]);

	/* A caller who shows less may lose what is free, never gain it. */
	look = size - 2 < TS_FRAME_LOOK ? size - 2 : TS_FRAME_LOOK;
	if (ts_frame_parse(&cut, data + 2, data + 2 + look, dir, tci) & TS_FRAME_MALFORMED)
		abort();
	must_be_whole(&cut, look);
	if (ts_frame_class(&cut, NULL, dir, 1) == TS_CLASS_FREE)
		must(ts_frame_class(&f, NULL, dir, 1) == TS_CLASS_FREE);
	return 0;
}
