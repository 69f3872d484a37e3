// SPDX-License-Identifier: GPL-2.0
/* play.c - what a client does, whether or not the daemon lives just now. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "crash.h"

/* How long a step may need, restarts included. */
#define STEP_MS 20000

/** play_session() - GET /v1/session until it answers; Return: new reference */
json_t *play_session(struct play *p, enum place at, const char *code)
{
	uint64_t until = now_ms() + STEP_MS;
	json_t *session;
	char path[64];
	int status;

	snprintf(path, sizeof(path), "/v1/session%s%s", code ? "?code=" : "",
		 code ? code : "");
	do {
		session = net_json(at, path, &status);
		if (session && status == 200)
			return session;
		json_decref(session);
		if (status > 0 && status != 503) {
			note("GET %s: %d", path, status);
			return NULL;
		}
		box_tend(&p->box);
		nap_ms(3);
	} while (now_ms() < until);
	return NULL;
}

/** play_memo() - what a payment for the session of a station says */
bool play_memo(struct play *p, enum place at, char code[TS_CODE_SIZE],
	       char memo[TS_MEMO_SIZE])
{
	json_t *session = play_session(p, at, NULL);
	struct ts_memo m = { };

	if (!session)
		return false;
	snprintf(m.code, sizeof(m.code), "%s",
		 json_string_value(json_object_get(session, "session")) ?: "");
	m.tariff_id = (uint32_t)json_integer_value(json_object_get(
		json_object_get(session, "tariff"), "id"));
	if (!p->audit.price[0])
		audit_price(&p->audit, session);
	json_decref(session);
	memcpy(code, m.code, TS_CODE_SIZE);
	ts_memo_print(&m, memo);
	return true;
}

/* The control socket's session-close, until the daemon has done it. */
static bool close_session(struct play *p, const char *code)
{
	uint64_t until = now_ms() + STEP_MS;
	const char *error;
	json_t *answer;

	do {
		box_tend(&p->box);
		answer = box_ask(&p->box, json_pack("{s:s,s:s}", "cmd", "session-close",
						    "code", code));
		error = json_string_value(json_object_get(answer, "error"));
		/* Done before the kill, and only its answer was lost. */
		if (answer && (!error || strstr(error, "unknown") || strstr(error, "no_"))) {
			json_decref(answer);
			return true;
		}
		if (error)
			note("session-close: %s", error);
		json_decref(answer);
		nap_ms(3);
	} while (now_ms() < until);
	return false;
}

static void tell_session(struct play *p, const char *code)
{
	json_t *session = play_session(p, AT_SHOPPER, code);
	char *text = json_dumps(session, JSON_COMPACT);

	note("session %s: %s", code, text ?: "none");
	free(text);
	json_decref(session);
}

/**
 * play_shop() - the shopper's session from the first payment to the last
 * @p: the daemon may die at any moment; it is started again
 *
 * First payment by UDP, traffic until it is dry, top-up by HTTP, traffic, below
 * the low-water mark, close.
 *
 * Return: whether every step came to its end.
 */
bool play_shop(struct play *p)
{
	struct payer *payer = &p->payers[SHOPPER];
	char code[TS_CODE_SIZE], memo[TS_MEMO_SIZE];

	if (!play_memo(p, AT_SHOPPER, code, memo)) {
		note("the shopper gets no session");
		return false;
	}
	if (!payer_pay(payer, &p->box, BY_UDP, (ts_u128)100000 * WEI_PER_BYTE, memo)) {
		note("the first payment is not acknowledged");
		return false;
	}
	/* The code may have died with the daemon before anything was paid. */
	json_decref(play_session(p, AT_SHOPPER, code));
	if (!traffic_passes(5000)) {
		note("paid, and nothing passes");
		tell_session(p, code);
		return false;
	}
	traffic_burst(60, 1000);
	box_tend(&p->box);
	if (!payer_pay(payer, &p->box, BY_HTTP, (ts_u128)150000 * WEI_PER_BYTE, memo)) {
		note("the top-up is not acknowledged");
		return false;
	}
	if (!traffic_passes(5000)) {
		note("topped up, and nothing passes");
		tell_session(p, code);
		return false;
	}
	traffic_burst(30, 1000);
	box_tend(&p->box);
	if (!close_session(p, code)) {
		note("the session is not closed");
		return false;
	}
	return true;
}

/** play_begin() - a daemon that runs, and a witness that has paid and sends */
void play_begin(struct play *p)
{
	char code[TS_CODE_SIZE], memo[TS_MEMO_SIZE];

	if (!p->box.pid)
		box_start(&p->box, NULL);
	if (!box_ready(&p->box, 20000))
		die("tsd is not healthy; see %s/tsd.log", p->box.dir);
	if (!play_memo(p, AT_WITNESS, code, memo) ||
	    !payer_pay(&p->payers[WITNESS], &p->box, BY_UDP,
		       (ts_u128)2000000000 * WEI_PER_BYTE, memo))
		die("the witness cannot pay");
	/* Its first frame must find the slice in the kernel. */
	nap_ms(300);
	traffic_witness(true);
	/* Its slices grow to its rate, which is sampled once a second. */
	nap_ms(3500);
}

/** play_audit() - all books, with the traffic at rest; then it goes on */
bool play_audit(struct play *p, const char *when)
{
	static uint64_t lost_before;
	unsigned int faults;
	uint64_t lost;

	traffic_quiet();
	faults = audit_run(&p->audit, when);
	lost = traffic_lost();
	if (lost != lost_before) {
		note("%s: the witness lost %llu frames", when,
		     (unsigned long long)(lost - lost_before));
		lost_before = lost;
		faults++;
	}
	return !faults;
}

/** play_end() - a clean stop, seen as one */
void play_end(struct play *p)
{
	int status = box_end(&p->box, SIGTERM);

	ok(status >= 0 && WIFEXITED(status) && !WEXITSTATUS(status),
	   "a clean stop (status 0x%x)", status);
}
