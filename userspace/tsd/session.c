// SPDX-License-Identifier: GPL-2.0
/* session.c - sessions, as tsctl asks for them. */
#include <string.h>

#include "tsd/command.h"
#include "tsd/daemon.h"
#include "tsd/session.h"
#include "tsd/station.h"

static json_t *session_json(struct ts_daemon *d, const struct ts_session_view *view)
{
	const struct ts_billing_config *c = &d->config->billing;
	struct ts_portal_facts facts = {
		.address = d->address,
		.n_tokens = c->n_tokens,
		.photon_port = ts_endpoint_port(&d->config->photon),
	};

	memcpy(facts.tokens, c->tokens, sizeof(facts.tokens));
	return ts_portal_session_json(&facts, view, NULL);
}

/** struct listing - sessions being listed */
struct listing {
	struct ts_daemon *d;
	json_t *list;
};

static int add_session(const struct ts_session_view *view, void *arg)
{
	struct listing *l = arg;

	return json_array_append_new(l->list, session_json(l->d, view));
}

/** ts_session_list_answer() - {"cmd":"sessions"}; Return: a new object */
json_t *ts_session_list_answer(struct ts_daemon *d, const json_t *request)
{
	struct listing l = { .d = d, .list = json_array() };

	ts_billing_session_each(d->billing, add_session, &l);
	return json_pack("{s:o}", "sessions", l.list);
}

static const char *code_of(const json_t *request)
{
	const char *code = json_string_value(json_object_get(request, "code"));

	return code && ts_code_valid(code) ? code : NULL;
}

static json_t *bad_code(void)
{
	return ts_command_failure("bad_code", "\"code\" must be a session code: 16 characters of 0-9 and A-Z without I, L, O, U");
}

static json_t *unknown(struct ts_daemon *d)
{
	return ts_command_failure("unknown_session", ts_billing_error(d->billing));
}

/** ts_session_show_answer() - {"cmd":"session"}; Return: a new object */
json_t *ts_session_show_answer(struct ts_daemon *d, const json_t *request)
{
	const char *code = code_of(request);
	struct ts_session_view view;

	if (!code)
		return bad_code();
	if (ts_billing_session_view(d->billing, code, &view))
		return unknown(d);
	return json_pack("{s:o}", "session", session_json(d, &view));
}

/* NULL when it is on the disk. */
static json_t *keep(struct ts_daemon *d, const struct ts_time *now)
{
	if (ts_billing_flush(d->billing, now))
		return ts_command_failure("refused", ts_billing_read_only(d->billing));
	ts_loop_wake(d);
	return NULL;
}

/** ts_session_close_answer() - {"cmd":"session-close"}; Return: a new object */
json_t *ts_session_close_answer(struct ts_daemon *d, const json_t *request)
{
	const char *code = code_of(request);
	struct ts_time now;
	json_t *failure;

	if (!code)
		return bad_code();
	ts_clock_now(&now);
	if (ts_billing_session_end(d->billing, code, &now))
		return unknown(d);
	failure = keep(d, &now);
	return failure ? failure : json_pack("{s:b}", "ok", 1);
}

/** ts_session_attach_answer() - {"cmd":"session-attach"}; Return: a new object */
json_t *ts_session_attach_answer(struct ts_daemon *d, const json_t *request)
{
	const char *code = code_of(request);
	struct ts_session_view view;
	struct ts_time now;
	struct ts_key key;
	json_t *failure;

	if (!code)
		return bad_code();
	/* First: a code that is none must not be asked which station it is for. */
	if (ts_billing_session_view(d->billing, code, &view))
		return unknown(d);
	failure = ts_station_of(d, request, &key);
	if (failure)
		return failure;
	ts_clock_now(&now);
	if (ts_billing_session_bind(d->billing, code, &key, &now))
		return ts_command_failure("refused", ts_billing_error(d->billing));
	failure = keep(d, &now);
	if (failure)
		return failure;
	return ts_session_show_answer(d, request);
}
