// SPDX-License-Identifier: GPL-2.0
/* tsctl mirror: who shows our proofs for us, and what we show for others. */
#include <stdio.h>
#include "tsctl/answer.h"

static void print_mirror(json_t *m)
{
	printf("mirror %s at %s: has the newest proof of %" JSON_INTEGER_FORMAT " of %"
	       JSON_INTEGER_FORMAT " channels", answer_text(m, "address"), answer_text(m, "at"),
	       answer_number(m, "kept"), answer_number(m, "channels"));
	if (answer_number(m, "refused"))
		printf(", refuses %" JSON_INTEGER_FORMAT, answer_number(m, "refused"));
	if (json_object_get(m, "heard_ms_ago"))
		printf(", heard %" JSON_INTEGER_FORMAT " ms ago\n", answer_number(m, "heard_ms_ago"));
	else
		puts(", never heard");
	if (*answer_text(m, "fault"))
		printf("    fault: %s\n", answer_text(m, "fault"));
}

static void print_mirrored(json_t *m)
{
	printf("for %s: proof %" JSON_INTEGER_FORMAT " of %s, channel of block %"
	       JSON_INTEGER_FORMAT " %s", answer_text(m, "owner"), answer_number(m, "nonce"),
	       answer_text(m, "partner_address"), answer_number(m, "open_block_number"),
	       answer_text(m, "state"));
	if (json_object_get(m, "settle_block"))
		printf(", the chain has proof %" JSON_INTEGER_FORMAT ", ours may be shown in %"
		       JSON_INTEGER_FORMAT " to %" JSON_INTEGER_FORMAT,
		       answer_number(m, "shown_nonce"), answer_number(m, "from_block"),
		       answer_number(m, "settle_block"));
	puts(json_is_true(json_object_get(m, "showing")) ? ", being shown" : "");
}

static int mirror_list(struct cmd *c)
{
	json_t *answer;

	if (cmd_end(c) || answer_of(c, "mirrors", "knows its mirrors", &answer))
		return 1;
	if (c->json)
		return out_json(answer);
	answer_each(json_object_get(answer, "mirrors"), "", print_mirror);
	answer_each(json_object_get(answer, "mirrored"), "", print_mirrored);
	json_decref(answer);
	return 0;
}

const struct verb mirror_verbs[] = {
	{ "list", mirror_list, "",
	  "boxes that show our proofs when we are silent, and the proofs that we show for\n"
	  "          others" },
	{ 0 },
};
