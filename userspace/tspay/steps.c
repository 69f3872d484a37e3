// SPDX-License-Identifier: GPL-2.0
/* steps.c - what a long operation tells: a line for each step. */
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tspay/steps.h"

void steps_line(const char *what, const char *state, const char *text, bool as_json)
{
	json_t *json;
	char *line;

	if (!as_json) {
		printf("%s: %s\n", what, text);
	} else {
		json = json_pack("{s:s,s:s*,s:s}", "step", what, "state", state, "text", text);
		line = json_dumps(json, JSON_COMPACT);
		puts(line ? line : "{}");
		free(line);
		json_decref(json);
	}
	fflush(stdout);
}

static void put(const struct steps *s, const char *what, const char *state, const char *text)
{
	steps_line(what, state, text, s->json);
}

void steps_say(struct steps *s, const char *what, const char *fmt, ...)
{
	char text[sizeof(s->said)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!strcmp(text, s->said))
		return;
	strcpy(s->said, text);
	put(s, what, NULL, text);
}

static struct step *find(struct steps *s, int64_t id)
{
	struct step *room = NULL;
	unsigned int i;

	for (i = 0; i < STEPS_MAX; i++) {
		if (s->seen[i].id == id)
			return &s->seen[i];
		if (!s->seen[i].id && !room)
			room = &s->seen[i];
	}
	/* As many as can be live, and those that end are taken out. */
	if (room)
		room->id = id;
	return room;
}

static void tell_state(const struct steps *s, const struct ts_transaction_view *view)
{
	const char *state = ts_transaction_state_name(view->row->state);
	char text[160], hash[TS_HASH_TEXT_SIZE];

	if (view->row->state == TS_TRANSACTION_PLANNED)
		snprintf(text, sizeof(text), "noted");
	else if (view->row->state == TS_TRANSACTION_SENT)
		snprintf(text, sizeof(text), "sent as %s", ts_hash_print(&view->last->hash, hash));
	else
		snprintf(text, sizeof(text), "in block %llu",
			 (unsigned long long)view->row->mined_block);
	put(s, view->row->label, state, text);
}

void steps_transaction(struct steps *s, const struct ts_transaction_view *view)
{
	struct step *step = find(s, view->row->id);
	bool first = step && !step->state && !step->submissions && !step->why[0];

	if (!step)
		return;
	if (first || step->state != view->row->state || step->submissions != view->submissions)
		tell_state(s, view);
	if (*view->why && strcmp(step->why, view->why))
		put(s, view->row->label, "waiting", view->why);
	step->state = view->row->state;
	step->submissions = view->submissions;
	/* Planned, and nothing to say: "first" must not be true again. */
	snprintf(step->why, sizeof(step->why), "%s", *view->why ? view->why : "-");
}

void steps_ended(struct steps *s, const struct ts_ledger_transaction *row)
{
	const char *state = ts_transaction_state_name(row->state);
	struct step *step = find(s, row->id);

	put(s, row->label, state, row->state == TS_TRANSACTION_DONE ? "confirmed" : state);
	if (step)
		memset(step, 0, sizeof(*step));
}
