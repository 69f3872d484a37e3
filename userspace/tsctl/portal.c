// SPDX-License-Identifier: GPL-2.0
/* tsctl portal: how clients find the page, and how DHCP tells them (RFC 8910). */
#include <stdio.h>
#include <time.h>
#include "tsctl/answer.h"

static const char *date_of(json_int_t s, char buf[static 32])
{
	time_t t = (time_t)s;
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(buf, 32, "%Y-%m-%d %H:%M UTC", &tm);
	return buf;
}

static int ask(struct cmd *c, json_t **answer)
{
	return cmd_end(c) || answer_of(c, "portal", "serves the portal", answer);
}

static int portal_show(struct cmd *c)
{
	json_t *a;
	char buf[32];

	if (ask(c, &a))
		return 1;
	if (c->json)
		return out_json(a);
	printf("http: %s\n", answer_text(a, "http"));
	if (*answer_text(a, "https"))
		printf("https: %s\n", answer_text(a, "https"));
	if (answer_number(a, "not_after_s"))
		printf("certificate: for %s, until %s\n",
		       *answer_text(a, "name") ? answer_text(a, "name") : "none of listen.names",
		       date_of(answer_number(a, "not_after_s"), buf));
	if (*answer_text(a, "fault"))
		printf("    fault: %s\n", answer_text(a, "fault"));
	if (json_is_true(json_object_get(a, "announce")))
		printf("RFC 8908: %s; 'tsctl portal dnsmasq' announces it\n", answer_text(a, "api"));
	else
		printf("RFC 8908: not to be announced: %s\n", answer_text(a, "why_not"));
	out_bypasses(json_object_get(a, "bypasses"));
	json_decref(a);
	return 0;
}

static void print_snippet(json_t *a)
{
	const char *api = answer_text(a, "api");
	char buf[32];

	printf("# RFC 8910: where clients ask whether they are captive.  By \"tsctl portal dnsmasq\".\n"
	       "# The certificate of %s is valid until %s.  Write this file anew\n"
	       "# at least once a week; from a week before that on it stays empty.\n",
	       answer_text(a, "name"), date_of(answer_number(a, "not_after_s"), buf));
	if (!json_is_true(json_object_get(a, "synchronised")))
		printf("# By the clock of this box, which nothing keeps synchronised.\n");
	printf("dhcp-option=114,\"%s\"\n"
	       "dhcp-option=option6:103,\"%s\"\n"
	       "# dnsmasq has no such option for router advertisements: \"ra-stateless\" in dhcp-range\n"
	       "# makes clients ask for the one above.  For radvd from 2.20 on, in its interface:\n"
	       "#AdvCaptivePortalAPI \"%s\";\n", api, api, api);
}

static int portal_dnsmasq(struct cmd *c)
{
	int ret = 0;
	json_t *a;

	if (ask(c, &a))
		return 1;
	if (c->json)
		return out_json(a);
	if (json_is_true(json_object_get(a, "announce"))) {
		print_snippet(a);
	} else {
		fprintf(stderr, "tsctl: portal: nothing is announced: %s\n",
			answer_text(a, "why_not"));
		ret = 1;
	}
	json_decref(a);
	return ret;
}

const struct verb portal_verbs[] = {
	{ "show", portal_show, "",
	  "where the page is, its certificate, and whether that may be announced" },
	{ "dnsmasq", portal_dnsmasq, "",
	  "options for dnsmasq that announce it (RFC 8910), while the certificate is valid\n"
	  "          for a week more; else none, and why" },
	{ 0 },
};
