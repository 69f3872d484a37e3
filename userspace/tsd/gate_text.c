// SPDX-License-Identifier: GPL-2.0
/*
 * gate_text.c - the ruleset, as text for libnftables.
 *
 * One transaction: each table is made (so that the delete cannot fail),
 * deleted and made again; whoever looks sees the old tables or the new ones,
 * never none.
 *
 * How a frame meets it:
 *   up    bridge/inet prerouting: came through an access pattern without any
 *         of our marks, or on a device that is not open and not free -> drop.  REDIRECT -> nat to the portal, REJECT -> an
 *         answer that says no.
 *   up    forward: REDIRECT and REJECT never leave the box.
 *   down  forward (routed port), postrouting (bridged port): the device is of
 *         an access pattern but has no meter -> drop.
 *   down  forward: not of a connection that the client began -> drop, but for a guest
 *         of another box that came a moment ago; towards
 *         a bridge the port is not known yet, so the frame is marked and
 *         dropped in the bridge's postrouting if it goes to an access port.
 */
#include <arpa/inet.h>
#include <netinet/in.h>

#include <tokenswitch/classify.h>
#include "tsd/gate.h"

#define TABLE "tokenswitch"

struct writer {
	const struct ts_gate_spec *spec;
	FILE *out;
	uint32_t stamp;
	uint32_t free;
	uint32_t redirect;
	uint32_t reject;
	uint32_t mask;
	uint32_t unasked;
};

static void each_pattern(const struct writer *w, const char *key, const char *to)
{
	unsigned int i;

	for (i = 0; i < w->spec->n_patterns; i++)
		fprintf(w->out, "\t\t%s \"%s\" goto %s\n", key,
			w->spec->patterns[i], to);
}

static void write_set(const struct writer *w)
{
	unsigned int i;

	fprintf(w->out, "\tset metered {\n\t\ttype iface_index\n");
	for (i = 0; i < w->spec->n_metered; i++)
		fprintf(w->out, "%s%u", i ? ", " : "\t\telements = { ",
			w->spec->metered[i]);
	fprintf(w->out, "%s\t}\n", i ? " }\n" : "");
}

static void write_guest(const struct ts_gate_guest *guest, FILE *out)
{
	char text[INET6_ADDRSTRLEN];

	fputs(inet_ntop((int)guest->family, guest->ip, text, sizeof(text)), out);
}

static void write_guests(const struct writer *w, unsigned int family, const char *name,
			 const char *type)
{
	unsigned int i, n = 0;

	fprintf(w->out, "\tset %s {\n\t\ttype %s\n", name, type);
	for (i = 0; i < w->spec->n_guests; i++) {
		if (w->spec->guests[i].family != family)
			continue;
		fputs(n++ ? ", " : "\t\telements = { ", w->out);
		write_guest(&w->spec->guests[i], w->out);
	}
	fprintf(w->out, "%s\t}\n", n ? " }\n" : "");
}

/* What nobody asked for, that we know of: a guest may have, before it came here. */
static void write_unasked(const struct writer *w, const char *before, const char *then)
{
	fprintf(w->out, "\t\t%sip daddr != @guests4 ct state != { established, related } %s\n"
		"\t\t%sip6 daddr != @guests6 ct state != { established, related } %s\n",
		before, then, before, then);
}

/* What every family has: in through an access port only with a mark of ours. */
static void write_stamp(const struct writer *w)
{
	fprintf(w->out, "\tchain stamp {\n"
		"\t\ttype filter hook prerouting priority -350; policy accept;\n");
	each_pattern(w, "iifname", "access_in");
	fprintf(w->out, "\t}\n\tchain access_in {\n"
		"\t\tmeta mark & 0x%08x != 0 accept comment \"free, for the box\"\n"
		"\t\tiif != @metered counter drop comment \"no meter there\"\n"
		"\t\tmeta mark & 0x%08x != 0 accept\n"
		"\t\tcounter drop comment \"no meter has seen it\"\n\t}\n",
		w->free, w->stamp | w->redirect | w->reject);
}

static void write_portal_family(const struct writer *w, const char *family,
				const struct ts_endpoint *portal)
{
	char text[TS_ENDPOINT_TEXT_SIZE];

	if (!portal->len)
		return;
	/*
	 * A SYN alone: a packet in mid-stream that conntrack picks up belongs to
	 * a connection that a dry client wants to keep; it must not be answered.
	 */
	fprintf(w->out, "\t\tmeta mark & 0x%08x == 0x%08x meta nfproto %s tcp dport 80 tcp flags & (fin | syn | rst | ack) == syn ",
		w->redirect, w->redirect, family);
	if (ts_endpoint_is_any(portal))
		fprintf(w->out, "redirect to :%u\n", w->spec->portal_port);
	else
		fprintf(w->out, "dnat %s to %s\n",
			portal->addr.ss_family == AF_INET ? "ip" : "ip6",
			ts_endpoint_print(portal, text));
}

static void write_portal(const struct writer *w)
{
	fprintf(w->out, "\tchain portal {\n"
		"\t\ttype nat hook prerouting priority -101; policy accept;\n");
	if (!w->spec->opennds.len)
		write_portal_family(w, "ipv4", &w->spec->portal4);
	write_portal_family(w, "ipv6", &w->spec->portal6);
	fprintf(w->out, "\t}\n");
}

static void write_refuse(const struct writer *w)
{
	fprintf(w->out, "\tchain refuse {\n"
		"\t\ttype filter hook prerouting priority -10; policy accept;\n"
		"\t\tmeta mark & 0x%08x == 0x%08x goto refuse_now\n\t}\n"
		"\tchain refuse_now {\n", w->reject, w->reject);
	if (w->spec->features & TS_GATE_REJECT)
		fprintf(w->out, "\t\tmeta l4proto tcp counter reject with tcp reset\n"
			"\t\tcounter reject with icmpx port-unreachable\n\t}\n");
	else
		fprintf(w->out, "\t\tcounter drop\n\t}\n");
}

/* Redirected packets that nat did not turn to the portal, or openNDS, go nowhere. */
static void write_input(const struct writer *w)
{
	char host[TS_ENDPOINT_TEXT_SIZE];

	fprintf(w->out, "\tchain input {\n"
		"\t\ttype filter hook input priority -10; policy accept;\n"
		"\t\tmeta mark & 0x%08x == 0x%08x goto portal_only\n\t}\n"
		"\tchain portal_only {\n"
		"\t\ttcp dport %u accept\n",
		w->redirect, w->redirect, w->spec->portal_port);
	if (w->spec->opennds.len &&
	    ts_endpoint_host(&w->spec->opennds, host, sizeof(host)))
		fprintf(w->out, "\t\tip daddr %s tcp dport %u accept\n", host,
			ts_endpoint_port(&w->spec->opennds));
	fprintf(w->out, "\t\tcounter drop\n\t}\n");
}

static void write_forward(const struct writer *w)
{
	bool ct = !w->spec->unsolicited && (w->spec->features & TS_GATE_CT);
	char mark[80];

	fprintf(w->out, "\tchain forward {\n"
		"\t\ttype filter hook forward priority -10; policy accept;\n"
		"\t\tmeta mark & 0x%08x != 0 counter drop\n",
		w->redirect | w->reject);
	snprintf(mark, sizeof(mark), "meta mark set meta mark & 0x%08x | 0x%08x",
		 ~w->mask, w->unasked);
	if (ct && (w->spec->features & TS_GATE_BRIDGE))
		write_unasked(w, "meta oifkind \"bridge\" ", mark);
	each_pattern(w, "oifname", "access_out");
	fprintf(w->out, "\t}\n\tchain access_out {\n"
		"\t\toif != @metered counter drop comment \"no meter there\"\n");
	if (ct)
		write_unasked(w, "", "counter drop comment \"nobody asked for it\"");
	fprintf(w->out, "\t}\n");
}

/*
 * Of connections that it began.  A neighbour that must not be paid for what nobody wants
 * could send datagrams on any such flow; what is outside of TCP's window is invalid.
 */
static void write_own(const struct writer *w)
{
	fprintf(w->out, "\tcounter own {\n\t}\n\tchain own {\n"
		"\t\ttype filter hook input priority 10; policy accept;\n"
		"\t\tiifname != \"lo\" meta l4proto tcp ct state established ct direction reply counter name \"own\"\n\t}\n");
}

static void write_inet(const struct writer *w)
{
	fprintf(w->out, "table inet " TABLE " {\n");
	write_set(w);
	write_guests(w, AF_INET, "guests4", "ipv4_addr");
	write_guests(w, AF_INET6, "guests6", "ipv6_addr");
	write_stamp(w);
	if (w->spec->features & TS_GATE_NAT)
		write_portal(w);
	write_refuse(w);
	write_input(w);
	write_forward(w);
	if (w->spec->own && (w->spec->features & TS_GATE_CT))
		write_own(w);
	fprintf(w->out, "}\n");
}

static void write_bridge(const struct writer *w)
{
	fprintf(w->out, "table bridge " TABLE " {\n");
	write_set(w);
	write_stamp(w);
	fprintf(w->out, "\tchain forward {\n"
		"\t\ttype filter hook forward priority -10; policy accept;\n"
		"\t\tmeta mark & 0x%08x != 0 counter drop\n\t}\n"
		"\tchain out {\n"
		"\t\ttype filter hook postrouting priority 0; policy accept;\n",
		w->redirect | w->reject);
	each_pattern(w, "oifname", "access_out");
	fprintf(w->out, "\t}\n\tchain access_out {\n"
		"\t\toif != @metered counter drop comment \"no meter there\"\n");
	if (!w->spec->unsolicited)
		fprintf(w->out, "\t\tmeta mark & 0x%08x == 0x%08x counter drop comment \"nobody asked for it\"\n",
			w->mask, w->unasked);
	fprintf(w->out, "\t}\n}\n");
}

/**
 * ts_gate_text() - the whole ruleset, replacing what is there
 * @spec: what it says
 * @out: where to
 */
void ts_gate_text(const struct ts_gate_spec *spec, FILE *out)
{
	struct writer w = {
		.spec = spec,
		.out = out,
		.stamp = ts_mark(0, spec->mark_mask, TS_MARK_STAMP),
		.free = ts_mark(0, spec->mark_mask, TS_MARK_FREE),
		.redirect = ts_mark(0, spec->mark_mask, TS_MARK_REDIRECT),
		.reject = ts_mark(0, spec->mark_mask, TS_MARK_REJECT),
		.mask = spec->mark_mask,
		/* No meter sets FREE without STAMP, so it is free for this. */
		.unasked = ts_mark(0, spec->mark_mask, TS_MARK_FREE),
	};

	fprintf(out, "add table inet " TABLE "\ndelete table inet " TABLE "\n");
	if (spec->features & TS_GATE_BRIDGE)
		fprintf(out, "add table bridge " TABLE "\n"
			"delete table bridge " TABLE "\n");
	write_inet(&w);
	if (spec->features & TS_GATE_BRIDGE)
		write_bridge(&w);
}

static void text_metered(const struct ts_gate_spec *spec, const char *family,
			 FILE *out)
{
	unsigned int i;

	fprintf(out, "flush set %s " TABLE " metered\n", family);
	for (i = 0; i < spec->n_metered; i++)
		fprintf(out, "add element %s " TABLE " metered { %u }\n", family,
			spec->metered[i]);
}

/**
 * ts_gate_text_metered() - only the set of metered interfaces, anew
 * @spec: what it says
 * @out: where to
 */
void ts_gate_text_metered(const struct ts_gate_spec *spec, FILE *out)
{
	text_metered(spec, "inet", out);
	if (spec->features & TS_GATE_BRIDGE)
		text_metered(spec, "bridge", out);
}

/**
 * ts_gate_text_guests() - only the sets of guests, anew
 * @spec: what it says
 * @out: where to
 */
void ts_gate_text_guests(const struct ts_gate_spec *spec, FILE *out)
{
	const struct ts_gate_guest *guest = spec->guests;

	fprintf(out, "flush set inet " TABLE " guests4\nflush set inet " TABLE " guests6\n");
	for (; guest < spec->guests + spec->n_guests; guest++) {
		fprintf(out, "add element inet " TABLE " guests%c { ",
			guest->family == AF_INET ? '4' : '6');
		write_guest(guest, out);
		fprintf(out, " }\n");
	}
}
