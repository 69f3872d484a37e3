// SPDX-License-Identifier: GPL-2.0
/*
 * logout.c - who shows a session's code ends it, and what was paid for it and not
 * consumed goes back to whoever paid (M11).
 *
 * No signature is asked for: an unmodified Photon node cannot give one, and a code
 * that somebody stole sends the payer's value nowhere but to the payer (M6).
 */
#include <errno.h>
#include <string.h>

#include "billing/payments.h"
#include "billing/refunds.h"
#include "billing/sessions.h"
#include "billing/visit.h"

static void give_back(struct ts_billing *b, struct ts_billing_session *s)
{
	struct ts_billing_channel *c;
	struct ts_billing_payment *p;

	/* A guest's goes home by itself, and is its wallet's there (M14). */
	if (ts_visit_find(b, s->row.code))
		return;
	/* What the operator gave is nobody's to have back. */
	TAILQ_FOREACH(p, &s->payments, list) {
		c = p->channel ? ts_refund_way_back(b, p) : NULL;
		if (c)
			ts_refund_begin(b, c, TS_U128_MAX, s->row.id, 0);
	}
}

int ts_billing_session_end(struct ts_billing *b, const char *code,
			   const struct ts_time *now)
{
	struct ts_billing_session *s;

	s = ts_code_valid(code) ? ts_session_by_code(b, code) : NULL;
	if (s && !s->closing && !b->read_only[0])
		give_back(b, s);
	return ts_billing_session_close(b, code, now);
}

void ts_billing_logout(struct ts_billing *b, const void *code, size_t len,
		       uint64_t reply, const struct ts_time *now)
{
	struct ts_billing_session *s = NULL;
	char text[TS_CODE_SIZE] = "";

	if (b->n_replies == TS_REPLIES_MAX) {
		b->urgent = true;
		ts_billing_flush(b, now);
	}
	if (len == TS_CODE_SIZE - 1)
		memcpy(text, code, len);
	if (!ts_code_valid(text)) {
		ts_reply_refuse(b, reply, TS_REFUSE_INVALID, "bad_code",
				"the body must be a session code: 16 characters of 0-9 and A-Z without I, L, O, U");
		return;
	}
	s = ts_session_by_code(b, text);
	if (!s || s->closing) {
		ts_reply_refuse(b, reply, TS_REFUSE_UNKNOWN, "unknown_session",
				"there is no session with this code, or it has ended");
		return;
	}
	if (b->read_only[0]) {
		ts_pay_refuse_read_only(b, reply);
		return;
	}
	ts_billing_session_end(b, text, now);
	ts_reply(b, reply)->taken = true;
}
