// SPDX-License-Identifier: GPL-2.0
/* tsctl portal: how clients find the page, and how DHCP tells them (RFC 8910). */
#include <stdio.h>
#include <time.h>
#include "config_path.h"
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
	if (*answer_text(a, "opennds"))
		printf("openNDS: %s\n", answer_text(a, "opennds"));
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
		fprintf(stderr, "tsctl portal: nothing is announced: %s\n",
			answer_text(a, "why_not"));
		ret = 1;
	}
	json_decref(a);
	return ret;
}

/* What each openNDS rule for its router lets pass: IPv4, which is all that it knows. */
static void print_ports(const char *proto, json_t *ports)
{
	json_t *port;
	size_t i;

	json_array_foreach(ports, i, port)
		printf("    FirewallRule allow %s port %lld\n", proto,
		       (long long)json_integer_value(port));
}

static void print_lines(json_t *a)
{
	printf("# openNDS 9.10 beside tsd, for /etc/opennds/opennds.conf.  By \"tsctl portal opennds\".\n"
	       "# It has a secret in it (faskey): chmod 600.\n"
	       "# Debian's openNDS needs iptables-legacy (update-alternatives --set iptables\n"
	       "# /usr/sbin/iptables-legacy), leaves its rules there when it ends, and does not start\n"
	       "# while they are there; so before each start, as ExecStartPre= of its unit:\n"
	       "#   iptables-legacy-save | grep -v nds | iptables-legacy-restore\n"
	       "# Where /tmp is a tmpfs, its control socket is there, and tsd's unit has another /tmp:\n"
	       "# PrivateTmp=no by \"systemctl edit tokenswitch\".\n"
	       "GatewayInterface %s\n"
	       "GatewayPort %lld\n"
	       "fasport %lld\n"
	       "fasremoteip %s\n"
	       "faspath %s\n"
	       "fas_secure_enabled 1\n"
	       "faskey %s\n"
	       "BinAuth " TS_BINAUTH_PATH "\n",
	       answer_text(a, "interface"), (long long)answer_number(a, "gateway_port"),
	       (long long)answer_number(a, "fas_port"), answer_text(a, "address"),
	       answer_text(a, "fas_path"), answer_text(a, "faskey"));
	printf("# A top-up lets in again who was put out when it was dry.\n"
	       "allow_preemptive_authentication 1\n"
	       "# How much and how long is the meter's affair.\n"
	       "SessionTimeout 0\n"
	       "AuthIdleTimeout 0\n"
	       "DownloadQuota 0\n"
	       "UploadQuota 0\n"
	       "DownloadRate 0\n"
	       "UploadRate 0\n"
	       "MaxClients 4096\n"
	       "# tsd announces its own (RFC 8910): \"tsctl portal dnsmasq\".\n"
	       "dhcp_default_url_enable 0\n"
	       "FirewallRuleSet users-to-router {\n"
	       "    FirewallRule allow udp port 53\n"
	       "    FirewallRule allow tcp port 53\n"
	       "    FirewallRule allow udp port 67\n");
	print_ports("tcp", json_object_get(a, "http_ports"));
	print_ports("tcp", json_object_get(a, "https_ports"));
	printf("    FirewallRule allow udp port %lld\n}\n",
	       (long long)answer_number(a, "photon_port"));
}

static int portal_opennds(struct cmd *c)
{
	int ret = 0;
	json_t *a;

	if (cmd_end(c) || answer_of(c, "opennds", "is asked for its ports and the faskey", &a))
		return 1;
	if (c->json)
		return out_json(a);
	if (*answer_text(a, "interface")) {
		print_lines(a);
	} else {
		fprintf(stderr, "tsctl portal: no interface has the address %s of opennds.gateway\n",
			answer_text(a, "address"));
		ret = 1;
	}
	json_decref(a);
	return ret;
}

/* What follows the MAC differs from method to method, and nothing of it is needed. */
static int portal_binauth(struct cmd *c)
{
	const char *method = cmd_value(c, "binauth"), *mac;
	json_t *answer;

	mac = method ? cmd_value(c, method) : NULL;
	if (!mac)
		return 1;
	if (answer_missing(c, daemon_ask(c, json_pack("{s:s, s:s, s:s}", "cmd", "opennds-event",
						      "method", method, "mac", mac), &answer),
			   "is told of openNDS's clients"))
		return 1;
	json_decref(answer);
	return 0;
}

const struct verb portal_verbs[] = {
	{ "show", portal_show, "",
	  "where the page is, its certificate, and whether that may be announced" },
	{ "dnsmasq", portal_dnsmasq, "",
	  "options for dnsmasq that announce it (RFC 8910), while the certificate is valid\n"
	  "          for a week more; else none, and why" },
	{ "opennds", portal_opennds, "",
	  "lines for opennds.conf that make tsd openNDS's FAS and BinAuth target" },
	{ "binauth", portal_binauth, "METHOD MAC ...",
	  "openNDS says of a client what it did; for its BinAuth script" },
	{ 0 },
};
