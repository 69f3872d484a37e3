// SPDX-License-Identifier: GPL-2.0
/* bypass_judge.c - which settings take frames past the meter, and at which ports; no I/O. */
#include <stdio.h>
#include <string.h>

#include "lib/meter.h"
#include "tsd/bypass.h"

/* What is not past the meter, or not yet, is said as well, but alarms nobody. */
static void say(json_t *list, const char *what, const char *where, bool unmetered,
		const char *message)
{
	json_array_append_new(list, json_pack("{s:s, s:s, s:b, s:s}", "what", what,
					      "where", where, "unmetered", unmetered,
					      "message", message));
}

/* What passes unmetered at a port; so nothing is to pass there. */
static void refuse(json_t *list, const char *what, struct ts_bypass_facts *f, const char *message)
{
	f->refused = true;
	say(list, what, f->ifname, true, message);
}

static void judge_device(json_t *list, struct ts_bypass_facts *f)
{
	char text[256];

	if (*f->no_fast)
		say(list, "fast-path", f->ifname, false, f->no_fast);
	if (f->hw_tc) {
		snprintf(text, sizeof(text), "the card may take over what flowtables and tc filters with offload tell it, and that passes unbilled; to be sure that none does, run \"ethtool -K %s hw-tc-offload off\"",
			 f->ifname);
		say(list, "hw-tc-offload", f->ifname, false, text);
	}
	if (f->hw_bridge) {
		snprintf(text, sizeof(text), "the card forwards between its own devices, and that passes unbilled; run \"ethtool -K %s l2-fwd-offload off hsr-fwd-offload off\"",
			 f->ifname);
		refuse(list, "hw-forwarding", f, text);
	}
	if (f->lro) {
		snprintf(text, sizeof(text), "the card joins frames and forgets their headers, which are billed, too; run \"ethtool -K %s lro off\"",
			 f->ifname);
		refuse(list, "lro", f, text);
	}
	if (f->redirects && f->meter == TS_METER_NF)
		refuse(list, "shaper", f,
		       "a tc filter takes incoming frames to another device (an ifb of a shaper) before meter nf sees them; shape at the upstream device, or use meter tc");
	else if (f->redirects)
		say(list, "shaper", f->ifname, false,
		    "a tc filter takes incoming frames to another device (an ifb of a shaper); this meter comes first, so they are billed");
}

/* Of two ports of one chip in one bridge: said once, at the first. */
static void judge_switch(json_t *list, struct ts_bypass_facts *facts, unsigned int n,
			 unsigned int at)
{
	struct ts_bypass_facts *f = &facts[at];
	bool said = false;
	unsigned int i;

	if (!*f->switch_id || !f->bridge)
		return;
	for (i = 0; i < n; i++) {
		if (i == at || facts[i].bridge != f->bridge ||
		    strcmp(facts[i].switch_id, f->switch_id))
			continue;
		f->refused = true;
		if (i < at)
			return;
		said = true;
	}
	if (said)
		refuse(list, "switch", f,
		       "it and others of its bridge are ports of one switch chip: what stations at them send each other never gets to the meter; meter the bridge in their place, or take each into a bridge of its own");
}

/* Is @name one of the words of @text, with or without quotes? */
static bool names(const char *text, size_t len, const char *name)
{
	size_t n = strlen(name), i;

	for (i = 0; i + n <= len; i++)
		if (!memcmp(text + i, name, n) && (i == 0 || strchr(" {\",", text[i - 1])) &&
		    (i + n == len || strchr(" }\",", text[i + n])))
			return true;
	return false;
}

/* One flowtable: from behind its "{" to its "}" at the start of a line. */
static void judge_flowtable(json_t *list, struct ts_bypass_facts *facts,
			    unsigned int n, const char *name, const char *body, size_t len)
{
	const char *devices = memmem(body, len, "devices = {", 11), *end;
	unsigned int i;

	if (memmem(body, len, "flags offload", 13)) {
		/* It names bridges, or the upstream alone: it may be any port. */
		for (i = 0; i < n; i++)
			facts[i].refused = true;
		say(list, "flowtable", name, true,
		    "connections in it are forwarded by hardware (a PPE, WED, an ASIC) and pass unbilled; take \"flags offload\" out of it (OpenWrt: flow_offloading_hw '0')");
		return;
	}
	end = devices ? memchr(devices, '}', (size_t)(body + len - devices)) : NULL;
	for (i = 0; end && i < n; i++) {
		if (!names(devices + 11, (size_t)(end - devices - 11), facts[i].ifname))
			continue;
		say(list, "flowtable", name, false,
		    "connections in it skip the forward hook, and with it what tsd's tables drop there; they are billed");
		return;
	}
}

static void judge_flowtables(json_t *list, struct ts_bypass_facts *facts,
			     unsigned int n, const char *text)
{
	const char *at = text, *open, *close;
	char name[64];

	while ((at = strstr(at, "flowtable "))) {
		at += 10;
		open = strstr(at, " {\n");
		close = open ? strstr(open, "\n\t}") : NULL;
		if (!close)
			return;
		snprintf(name, sizeof(name), "%.*s", (int)(open - at), at);
		judge_flowtable(list, facts, n, name, open, (size_t)(close - open));
		at = close;
	}
}

/**
 * ts_bypass_judge() - what takes frames past the meter or the gate
 * @facts: of the metered devices; their @refused is set
 * @n: how many
 * @flowtables: as "nft list flowtables" says; empty: there are none
 *
 * Return: a new array of objects: what, where, unmetered (else it is good to know), message, for people, with what to do.
 */
json_t *ts_bypass_judge(struct ts_bypass_facts *facts, unsigned int n,
			const char *flowtables)
{
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; i < n; i++) {
		judge_device(list, &facts[i]);
		judge_switch(list, facts, n, i);
	}
	judge_flowtables(list, facts, n, flowtables);
	return list;
}
