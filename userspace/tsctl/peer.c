// SPDX-License-Identifier: GPL-2.0
/* tsctl peer: where Photon nodes are. */
#include <stdio.h>
#include <string.h>
#include "tsctl/answer.h"

static void print_peer(json_t *peer)
{
	json_t *ago = json_object_get(peer, "seen_ms_ago");

	printf("%s at %s", answer_text(peer, "address"), answer_text(peer, "at"));
	if (ago && !strcmp(answer_text(peer, "source"), "message"))
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

	if (cmd_end(c) || answer_of(c, "peers", "looks for peers", &answer))
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
	if (*answer_text(mdns, "fault"))
		fprintf(stderr, "tsctl peer: none is found by Multicast DNS: %s\n",
			answer_text(mdns, "fault"));
	json_decref(answer);
	return 0;
}

const struct verb peer_verbs[] = {
	{ "list", peer_list, "", "Photon nodes that tsd knows a place of" },
	{ 0 },
};
