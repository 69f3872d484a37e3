// SPDX-License-Identifier: GPL-2.0
/* mdns_encode.c - the query and the answer of a Photon node. */
#include <string.h>

#include "discovery/mdns.h"
#include "discovery/mdns_name.h"
#include "discovery/mdns_wire.h"

/**
 * struct writer - a packet being written; it always fits
 * @b: the packet
 * @at: next byte
 * @label: our address, the first label of our names
 * @service_at: where _photon.local was written; 0: not yet
 * @instance_at: where our name below it was
 * @host_at: where the name of our host was
 */
struct writer {
	uint8_t *b;
	size_t at;
	char label[TS_ADDRESS_TEXT_SIZE];
	size_t service_at;
	size_t instance_at;
	size_t host_at;
};

static void put_u16(struct writer *w, uint16_t v)
{
	w->b[w->at++] = v >> 8;
	w->b[w->at++] = v & 0xff;
}

static void put_u32(struct writer *w, uint32_t v)
{
	put_u16(w, v >> 16);
	put_u16(w, v & 0xffff);
}

static void put_bytes(struct writer *w, const void *bytes, size_t len)
{
	memcpy(w->b + w->at, bytes, len);
	w->at += len;
}

/* Length and bytes: a label of a name, or a string of a TXT record. */
static void put_label(struct writer *w)
{
	w->b[w->at++] = (uint8_t)strlen(w->label);
	put_bytes(w, w->label, strlen(w->label));
}

/* Return: true, if the name is there already and was pointed to. */
static bool put_pointer(struct writer *w, size_t to)
{
	if (to)
		put_u16(w, 0xc000 | to);
	return to;
}

static void put_service(struct writer *w)
{
	if (put_pointer(w, w->service_at))
		return;
	w->service_at = w->at;
	put_bytes(w, TS_MDNS_SERVICE_NAME, sizeof(TS_MDNS_SERVICE_NAME));
}

static void put_instance(struct writer *w)
{
	if (put_pointer(w, w->instance_at))
		return;
	w->instance_at = w->at;
	put_label(w);
	put_service(w);
}

/* In full the first time: in a SRV record a plain resolver expects no pointer. */
static void put_host(struct writer *w)
{
	if (put_pointer(w, w->host_at))
		return;
	w->host_at = w->at;
	put_label(w);
	put_bytes(w, TS_MDNS_DOMAIN_NAME, sizeof(TS_MDNS_DOMAIN_NAME));
}

static void put_header(struct writer *w, uint16_t id, uint16_t flags,
		       uint16_t questions, uint16_t answers)
{
	put_u16(w, id);
	put_u16(w, flags);
	put_u16(w, questions);
	put_u16(w, answers);
	put_u32(w, 0);	/* no authority, nothing additional */
}

/* Return: where the length of the data goes, for end_record(). */
static size_t begin_record(struct writer *w, uint16_t type, uint32_t ttl_s)
{
	put_u16(w, type);
	put_u16(w, TS_DNS_CLASS_IN);
	put_u32(w, ttl_s);
	put_u16(w, 0);
	return w->at - 2;
}

static void end_record(struct writer *w, size_t length_at)
{
	size_t len = w->at - length_at - 2;

	w->b[length_at] = len >> 8;
	w->b[length_at + 1] = len & 0xff;
}

static void put_records(struct writer *w, const struct ts_mdns_service *s,
			uint32_t ttl_s)
{
	size_t length_at;

	put_service(w);
	length_at = begin_record(w, TS_DNS_TYPE_PTR, ttl_s);
	put_instance(w);
	end_record(w, length_at);

	put_instance(w);
	length_at = begin_record(w, TS_DNS_TYPE_SRV, ttl_s);
	put_u32(w, 0);	/* priority and weight: there is one */
	put_u16(w, s->port);
	put_host(w);
	end_record(w, length_at);

	put_host(w);
	length_at = begin_record(w, TS_DNS_TYPE_A, ttl_s);
	put_bytes(w, s->ip[0], sizeof(s->ip[0]));
	end_record(w, length_at);

	put_instance(w);
	length_at = begin_record(w, TS_DNS_TYPE_TXT, ttl_s);
	put_label(w);
	end_record(w, length_at);
}

static void put_question(struct writer *w, const struct ts_mdns_packet *asked)
{
	if (asked->about == TS_MDNS_HOST)
		put_host(w);
	else if (asked->about == TS_MDNS_INSTANCE)
		put_instance(w);
	else
		put_service(w);
	put_u16(w, asked->qtype);
	put_u16(w, asked->qclass);
}

/**
 * ts_mdns_query() - who is there?
 * @out: the packet
 *
 * Return: its length.
 */
size_t ts_mdns_query(uint8_t out[TS_MDNS_QUERY_BYTES])
{
	static const struct ts_mdns_packet who = {
		.about = TS_MDNS_SERVICE,
		.qtype = TS_DNS_TYPE_PTR,
		.qclass = TS_DNS_CLASS_IN,
	};
	struct writer w = { .b = out };

	put_header(&w, 0, 0, 1, 0);
	put_question(&w, &who);
	return w.at;
}

/**
 * ts_mdns_answer() - here I am
 * @out: the packet
 * @s: who and where; with one IPv4 address
 * @legacy: NULL: for all, or for one who speaks Multicast DNS; else the query of
 *	one who does not, as his port says: his id and question are repeated
 *	and he is told to ask again soon (RFC 6762, section 6.7)
 *
 * Return: its length.
 */
size_t ts_mdns_answer(uint8_t out[TS_MDNS_ANSWER_MAX_BYTES],
		      const struct ts_mdns_service *s,
		      const struct ts_mdns_packet *legacy)
{
	struct writer w = { .b = out };

	ts_address_print(&s->address, w.label);
	put_header(&w, legacy ? legacy->id : 0,
		   TS_DNS_RESPONSE | TS_DNS_AUTHORITATIVE, legacy ? 1 : 0, 4);
	if (legacy)
		put_question(&w, legacy);
	put_records(&w, s, legacy ? TS_MDNS_LEGACY_TTL_S : TS_MDNS_TTL_S);
	return w.at;
}
