// SPDX-License-Identifier: GPL-2.0
/* tsctl peer: where Photon nodes are. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "tsctl/cmd.h"
#include "tsctl/daemon.h"

static const char *text(json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key)) ?: "";
}

static void print_peer(json_t *peer)
{
	json_t *ago = json_object_get(peer, "seen_ms_ago");

	printf("%s at %s", text(peer, "address"), text(peer, "at"));
	if (ago && !strcmp(text(peer, "source"), "message"))
		printf(", wrote from there %" JSON_INTEGER_FORMAT " ms ago\n",
		       json_integer_value(ago));
	else if (ago)
		printf(", seen %" JSON_INTEGER_FORMAT " ms ago\n", json_integer_value(ago));
	else
		printf(", by the configuration\n");
}

static int peer_list(struct cmd *c)
{
	json_t *answer, *list, *mdns, *peer;
	size_t i;
	int ret;

	if (cmd_end(c))
		return 1;
	ret = daemon_ask(c, json_pack("{s:s}", "cmd", "peers"), &answer);
	if (ret == -ENOENT)
		fprintf(stderr, "tsctl peer: tsd does not run; it is what looks for peers\n");
	if (ret)
		return 1;
	list = json_object_get(answer, "peers");
	if (c->json) {
		json_incref(list);
		json_decref(answer);
		return out_json(list);
	}
	json_array_foreach(list, i, peer)
		print_peer(peer);
	mdns = json_object_get(answer, "mdns");
	if (*text(mdns, "fault"))
		fprintf(stderr, "tsctl peer: none is found by Multicast DNS: %s\n",
			text(mdns, "fault"));
	json_decref(answer);
	return 0;
}

const struct verb peer_verbs[] = {
	{ "list", peer_list, "", "Photon nodes that tsd knows a place of" },
	{ 0 },
};
