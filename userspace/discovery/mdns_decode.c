// SPDX-License-Identifier: GPL-2.0
/*
 * mdns_decode.c - what a packet says of Photon nodes.
 *
 * The whole packet must be what it claims to be, to its last byte; of its records
 * a bounded number is kept while it is read, then they are joined: TXT and SRV
 * by the name of the node, SRV and A by that of the host.
 */
#include <errno.h>
#include <string.h>

#include "discovery/mdns.h"
#include "discovery/mdns_name.h"
#include "discovery/mdns_wire.h"

/* The shortest question and record: a root name and what follows every name. */
#define QUESTION_MIN_BYTES	5
#define RECORD_MIN_BYTES	11
/* Of each kind; a packet full of nodes has no more. */
#define KEPT_MAX		(2 * TS_MDNS_SERVICES_MAX)

/** struct txt - a node says who it is */
struct txt {
	struct ts_mdns_name owner;
	struct ts_address address;
};

/** struct srv - its port, and the name of its host */
struct srv {
	struct ts_mdns_name owner;
	struct ts_mdns_name host;
	uint16_t port;
};

/** struct host - an IPv4 address of a host */
struct host {
	struct ts_mdns_name owner;
	uint8_t ip[4];
};

/** struct record - a record being read: its name, and where its data is */
struct record {
	struct ts_mdns_name owner;
	uint16_t type;
	uint16_t class;
	uint32_t ttl_s;
	struct ts_mdns_reader data;
};

/**
 * struct decoder - a packet being read
 * @p: what it says
 * @r: where we are in it
 * @service: _photon.local
 * @instance: our name below it, if we have one
 * @host: the name of our host
 * @txt: kept records
 * @srv: likewise
 * @a: likewise
 * @n_txt: how many
 * @n_srv: likewise
 * @n_a: likewise
 */
struct decoder {
	struct ts_mdns_packet *p;
	struct ts_mdns_reader r;
	struct ts_mdns_name service;
	struct ts_mdns_name instance;
	struct ts_mdns_name host;
	struct txt txt[KEPT_MAX];
	struct srv srv[KEPT_MAX];
	struct host a[KEPT_MAX];
	unsigned int n_txt;
	unsigned int n_srv;
	unsigned int n_a;
};

static enum ts_mdns_about about(const struct decoder *d, const struct ts_mdns_name *n)
{
	if (ts_mdns_name_equal(n, &d->service))
		return TS_MDNS_SERVICE;
	if (ts_mdns_name_equal(n, &d->instance))
		return TS_MDNS_INSTANCE;
	if (ts_mdns_name_equal(n, &d->host))
		return TS_MDNS_HOST;
	return TS_MDNS_NOTHING;
}

/*
 * Is there something to answer?  A PTR of an instance there is not, but who has
 * part of an answer asks for just that, and means: tell me the rest.
 */
static bool is_asked(enum ts_mdns_about about, uint16_t type)
{
	switch (about) {
	case TS_MDNS_SERVICE:
		return type == TS_DNS_TYPE_PTR || type == TS_DNS_TYPE_ANY;
	case TS_MDNS_INSTANCE:
		return type == TS_DNS_TYPE_PTR || type == TS_DNS_TYPE_SRV ||
		       type == TS_DNS_TYPE_TXT || type == TS_DNS_TYPE_ANY;
	case TS_MDNS_HOST:
		return type == TS_DNS_TYPE_A || type == TS_DNS_TYPE_ANY;
	default:
		return false;
	}
}

static int read_question(struct decoder *d)
{
	struct ts_mdns_name name;
	uint16_t type, class;

	if (ts_mdns_read_name(&d->r, &name) || ts_mdns_read_u16(&d->r, &type) ||
	    ts_mdns_read_u16(&d->r, &class))
		return -EBADMSG;
	if (d->p->response || d->p->about)
		return 0;
	d->p->qtype = type;
	d->p->qclass = class & ~TS_DNS_CLASS_TOP;
	if (d->p->qclass != TS_DNS_CLASS_IN && d->p->qclass != TS_DNS_CLASS_ANY)
		return 0;
	d->p->about = about(d, &name);
	if (!is_asked(d->p->about, type))
		d->p->about = TS_MDNS_NOTHING;
	d->p->unicast = d->p->about && class & TS_DNS_CLASS_TOP;
	return 0;
}

/* A name that is all there is left of the data. */
static int last_name(struct ts_mdns_reader *data, struct ts_mdns_name *out)
{
	return ts_mdns_read_name(data, out) || data->at != data->len ? -EBADMSG : 0;
}

/* In a query: one of the answers that it knows (RFC 6762, section 7.1). */
static int take_ptr(struct decoder *d, struct record *rec)
{
	struct ts_mdns_name name;

	if (last_name(&rec->data, &name))
		return -EBADMSG;
	if (!d->p->response && rec->ttl_s >= TS_MDNS_TTL_S / 2 &&
	    about(d, &rec->owner) == TS_MDNS_SERVICE &&
	    about(d, &name) == TS_MDNS_INSTANCE)
		d->p->knows = true;
	return 0;
}

static int take_srv(struct decoder *d, struct record *rec)
{
	struct srv srv = { .owner = rec->owner };
	uint32_t rank;

	if (ts_mdns_read_u32(&rec->data, &rank) ||
	    ts_mdns_read_u16(&rec->data, &srv.port) ||
	    last_name(&rec->data, &srv.host))
		return -EBADMSG;
	if (rec->ttl_s && srv.port && d->n_srv < KEPT_MAX &&
	    ts_mdns_name_below(&rec->owner, &d->service))
		d->srv[d->n_srv++] = srv;
	return 0;
}

/* Strings to the end of the data; a node has one, and it is an address. */
static int take_txt(struct decoder *d, struct record *rec)
{
	const uint8_t *b = rec->data.b;
	struct txt txt = { .owner = rec->owner };
	size_t first = rec->data.at, at;
	char text[TS_ADDRESS_TEXT_SIZE];

	for (at = first; at < rec->data.len; at += 1 + (size_t)b[at])
		;
	if (at != rec->data.len)
		return -EBADMSG;
	if (!rec->ttl_s || d->n_txt >= KEPT_MAX || at != first + sizeof(text) ||
	    b[first] != sizeof(text) - 1 ||
	    !ts_mdns_name_below(&rec->owner, &d->service))
		return 0;
	memcpy(text, b + first + 1, sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	if (!ts_address_parse(&txt.address, text))
		d->txt[d->n_txt++] = txt;
	return 0;
}

/* "This host", loopback, groups and broadcast are nobody's to be sent to. */
static bool is_somebodys(const uint8_t ip[4])
{
	return ip[0] && ip[0] != 127 && ip[0] < 224;
}

static int take_a(struct decoder *d, struct record *rec)
{
	struct host a = { .owner = rec->owner };

	if (rec->data.len - rec->data.at != sizeof(a.ip))
		return -EBADMSG;
	memcpy(a.ip, rec->data.b + rec->data.at, sizeof(a.ip));
	if (rec->ttl_s && d->n_a < KEPT_MAX && is_somebodys(a.ip))
		d->a[d->n_a++] = a;
	return 0;
}

static int read_record(struct decoder *d, struct record *rec)
{
	uint16_t len;

	if (ts_mdns_read_name(&d->r, &rec->owner) ||
	    ts_mdns_read_u16(&d->r, &rec->type) ||
	    ts_mdns_read_u16(&d->r, &rec->class) ||
	    ts_mdns_read_u32(&d->r, &rec->ttl_s) ||
	    ts_mdns_read_u16(&d->r, &len) || len > d->r.len - d->r.at)
		return -EBADMSG;
	rec->class &= ~TS_DNS_CLASS_TOP;
	rec->data = d->r;
	rec->data.len = d->r.at + len;
	d->r.at += len;
	return 0;
}

static int take_record(struct decoder *d, struct record *rec)
{
	if (rec->class != TS_DNS_CLASS_IN)
		return 0;
	switch (rec->type) {
	case TS_DNS_TYPE_PTR:
		return take_ptr(d, rec);
	case TS_DNS_TYPE_SRV:
		return take_srv(d, rec);
	case TS_DNS_TYPE_TXT:
		return take_txt(d, rec);
	case TS_DNS_TYPE_A:
		return take_a(d, rec);
	default:
		return 0;
	}
}

static int read_records(struct decoder *d, unsigned int n, bool take)
{
	struct record rec;

	while (n--) {
		if (read_record(d, &rec) || (take && take_record(d, &rec)))
			return -EBADMSG;
	}
	return 0;
}

static void join_hosts(const struct decoder *d, const struct srv *srv,
		       struct ts_mdns_service *s)
{
	unsigned int i;

	for (i = 0; i < d->n_a && s->n_ips < TS_MDNS_IPS_MAX; i++)
		if (ts_mdns_name_equal(&d->a[i].owner, &srv->host))
			memcpy(s->ip[s->n_ips++], d->a[i].ip, sizeof(s->ip[0]));
}

static void join(struct decoder *d)
{
	struct ts_mdns_packet *p = d->p;
	unsigned int i, j;

	for (i = 0; i < d->n_txt && p->n_services < TS_MDNS_SERVICES_MAX; i++) {
		struct ts_mdns_service s = { .address = d->txt[i].address };

		for (j = 0; j < d->n_srv && !s.n_ips; j++) {
			if (!ts_mdns_name_equal(&d->srv[j].owner, &d->txt[i].owner))
				continue;
			s.port = d->srv[j].port;
			join_hosts(d, &d->srv[j], &s);
		}
		if (s.n_ips)
			p->services[p->n_services++] = s;
	}
}

static void set_names(struct decoder *d, const struct ts_address *ours)
{
	char text[TS_ADDRESS_TEXT_SIZE];

	ts_mdns_name_set(&d->service, NULL, TS_MDNS_SERVICE_NAME);
	d->instance.len = 0;
	d->host.len = 0;
	if (!ours)
		return;
	ts_address_print(ours, text);
	ts_mdns_name_set(&d->instance, text, TS_MDNS_SERVICE_NAME);
	ts_mdns_name_set(&d->host, text, TS_MDNS_DOMAIN_NAME);
}

/**
 * ts_mdns_decode() - read a packet
 * @p: filled in
 * @bytes: the packet
 * @len: of it
 * @ours: our own address, for questions about us; NULL: we only look
 *
 * Packets of other services are good packets in which there is nothing for us.
 *
 * Return: 0; -EBADMSG: it is not what it claims to be, or of a kind that
 * Multicast DNS ignores (RFC 6762, sections 18.3 and 18.11).
 */
int ts_mdns_decode(struct ts_mdns_packet *p, const void *bytes, size_t len,
		   const struct ts_address *ours)
{
	struct decoder d = { .p = p, .r = { .b = bytes, .len = len } };
	uint16_t flags, questions, answers, authority, additional;
	unsigned int i;

	memset(p, 0, sizeof(*p));
	if (len > TS_MDNS_PACKET_MAX_BYTES || ts_mdns_read_u16(&d.r, &p->id) ||
	    ts_mdns_read_u16(&d.r, &flags) || ts_mdns_read_u16(&d.r, &questions) ||
	    ts_mdns_read_u16(&d.r, &answers) || ts_mdns_read_u16(&d.r, &authority) ||
	    ts_mdns_read_u16(&d.r, &additional))
		return -EBADMSG;
	if (flags & (TS_DNS_OPCODE | TS_DNS_RCODE) ||
	    len - d.r.at < (size_t)questions * QUESTION_MIN_BYTES +
			   ((size_t)answers + authority + additional) *
			   RECORD_MIN_BYTES)
		return -EBADMSG;
	p->response = flags & TS_DNS_RESPONSE;
	set_names(&d, ours);
	for (i = 0; i < questions; i++)
		if (read_question(&d))
			return -EBADMSG;
	if (read_records(&d, answers, true) || read_records(&d, authority, false) ||
	    read_records(&d, additional, p->response) || d.r.at != len)
		return -EBADMSG;
	if (p->response)
		join(&d);
	return 0;
}
