// SPDX-License-Identifier: GPL-2.0
/* tsctl mirror: who shows our proofs for us, and what we show for others. */
#include <errno.h>
#include <stdio.h>
#include "tsctl/cmd.h"
#include "tsctl/daemon.h"

static const char *text(json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key)) ?: "";
}

static json_int_t number(json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static void print_mirror(json_t *m)
{
	printf("mirror %s at %s: has the newest proof of %" JSON_INTEGER_FORMAT " of %"
	       JSON_INTEGER_FORMAT " channels", text(m, "address"), text(m, "at"),
	       number(m, "kept"), number(m, "channels"));
	if (number(m, "refused"))
		printf(", refuses %" JSON_INTEGER_FORMAT, number(m, "refused"));
	if (json_object_get(m, "heard_ms_ago"))
		printf(", heard %" JSON_INTEGER_FORMAT " ms ago\n", number(m, "heard_ms_ago"));
	else
		puts(", never heard");
	if (*text(m, "fault"))
		printf("    fault: %s\n", text(m, "fault"));
}

static void print_mirrored(json_t *m)
{
	printf("for %s: proof %" JSON_INTEGER_FORMAT " of %s, channel of block %"
	       JSON_INTEGER_FORMAT " %s", text(m, "owner"), number(m, "nonce"),
	       text(m, "partner_address"), number(m, "open_block_number"),
	       text(m, "state"));
	if (json_object_get(m, "settle_block"))
		printf(", the chain has proof %" JSON_INTEGER_FORMAT ", ours may be shown in %"
		       JSON_INTEGER_FORMAT " to %" JSON_INTEGER_FORMAT,
		       number(m, "shown_nonce"), number(m, "from_block"),
		       number(m, "settle_block"));
	puts(json_is_true(json_object_get(m, "showing")) ? ", being shown" : "");
}

static void print_list(json_t *list, void (*print)(json_t *m))
{
	json_t *m;
	size_t i;

	json_array_foreach(list, i, m)
		print(m);
}

static int mirror_list(struct cmd *c)
{
	json_t *answer;
	int ret;

	if (cmd_end(c))
		return 1;
	ret = daemon_ask(c, json_pack("{s:s}", "cmd", "mirrors"), &answer);
	if (ret == -ENOENT)
		fprintf(stderr, "tsctl mirror: tsd does not run; it is what knows its mirrors\n");
	if (ret)
		return 1;
	if (c->json)
		return out_json(answer);
	print_list(json_object_get(answer, "mirrors"), print_mirror);
	print_list(json_object_get(answer, "mirrored"), print_mirrored);
	json_decref(answer);
	return 0;
}

const struct verb mirror_verbs[] = {
	{ "list", mirror_list, "",
	  "boxes that show our proofs when we are silent, and the proofs that we show for\n"
	  "          others" },
	{ 0 },
};
