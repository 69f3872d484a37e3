// SPDX-License-Identifier: GPL-2.0
/*
 * disk.c - the disk is full, read-only, or fails: no answer, no service to the
 * new, paid clients go on; and when the operator has acted, nothing is lost.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <unistd.h>

#include "crash.h"

static char *in_state(struct play *p, const char *name)
{
	static char path[300];

	snprintf(path, sizeof(path), "%s/state/%s", p->box.dir, name);
	return path;
}

/* Pay until there is no Ack any more. Return: whether that came. */
static bool pay_until_refused(struct play *p, unsigned int tries, const char *memo)
{
	struct payer *payer = &p->payers[SHOPPER];

	while (tries--) {
		payer_sign(payer, 1000000000, memo);
		if (!payer_offer(payer, BY_UDP, 400))
			return true;
	}
	return false;
}

/* What an operator and a payer see of a daemon that is read-only. */
static void see_read_only(struct play *p, const char *what, const char *reason)
{
	struct payer *payer = &p->payers[SHOPPER];
	char answer[4096], code[TS_CODE_SIZE], memo[TS_MEMO_SIZE];
	size_t len = sizeof(answer);
	const char *ledger;
	json_t *health;
	int status;

	health = box_health(&status);
	ledger = json_string_value(json_object_get(
		json_object_get(health, "checks"), "ledger"));
	ok(status == 503 && ledger && strcmp(ledger, "ok"),
	   "%s: /v1/health says so", what);
	note("%s: %s", what, ledger ?: "nothing");
	ok(box_log_has(&p->box, "read-only") && (!reason || box_log_has(&p->box, reason)),
	   "%s: the log says so", what);
	json_decref(health);
	status = net_http(AT_SHOPPER, "POST", "/v1/pay", payer->last.b, payer->last.len,
			  answer, &len);
	ok(status == 503, "%s: a payment is told 503 (HTTP %d)", what, status);
	ok(!payer_offer(payer, BY_UDP, 100), "%s: and gets no Ack", what);
	ok(play_memo(p, AT_WITNESS, code, memo), "%s: sessions are still shown", what);
	nap_ms(1500);
	ok(box_runs(&p->box), "%s: the daemon lives", what);
}

/* After the repair: start, resend, play, compare. */
static void repaired(struct play *p, const char *what)
{
	box_end(&p->box, SIGTERM);
	box_start(&p->box, NULL);
	ok(box_ready(&p->box, 10000), "%s: healthy after the repair", what);
	ok(payer_deliver(&p->payers[SHOPPER], &p->box, BY_UDP),
	   "%s: the resend is accepted", what);
	ok(play_shop(p), "%s: a session goes its whole way", what);
	ok(play_audit(p, what), "%s: nothing lost, nothing twice, no frame of the witness",
	   what);
}

static void fill(struct play *p)
{
	static const char block[4096];
	int fd = open(in_state(p, "ballast"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		die("ballast: %s", strerror(errno));
	while (write(fd, block, sizeof(block)) == sizeof(block))
		;
	close(fd);
}

static void full_disk(struct play *p, const char *memo)
{
	fill(p);
	ok(pay_until_refused(p, 2000, memo), "full disk: a payment finds no room");
	see_read_only(p, "full disk", "full");
	unlink(in_state(p, "ballast"));
	ok(!payer_offer(&p->payers[SHOPPER], BY_UDP, 200),
	   "full disk: with room again it still waits for the operator");
	repaired(p, "full disk");
}

static void read_only_disk(struct play *p, const char *memo)
{
	char state[300];

	snprintf(state, sizeof(state), "%s/state", p->box.dir);
	/* No new page of the log can be written. */
	if (mount(NULL, state, NULL, MS_REMOUNT | MS_RDONLY, NULL)) {
		/* Files are open for writing; the way that always works. */
		box_end(&p->box, SIGTERM);
		if (mount(NULL, state, NULL, MS_REMOUNT | MS_RDONLY, NULL))
			die("remount: %s", strerror(errno));
		box_start(&p->box, NULL);
		ok(!box_ready(&p->box, 4000), "read-only database: the daemon is not healthy");
		ok(box_log_has(&p->box, "cannot be"), "read-only database: the log says why");
		if (mount(NULL, state, NULL, MS_REMOUNT, "size=4m"))
			die("remount: %s", strerror(errno));
	}
	payer_sign(&p->payers[SHOPPER], 1000000000, memo);
	box_end(&p->box, SIGTERM);
	box_start(&p->box, NULL);
	ok(box_ready(&p->box, 10000), "read-only database: healthy after the repair");
	ok(payer_deliver(&p->payers[SHOPPER], &p->box, BY_UDP),
	   "read-only database: the payment is accepted");
}

/* The k-th fsync or write fails, for some k that lie in serving. */
static void failing(struct play *p, const char *calls, const char *act)
{
	char set[3][80], what[60], code[TS_CODE_SIZE], memo[TS_MEMO_SIZE];
	const char *env[] = { set[0], set[1], set[2], NULL };
	unsigned long k, from = strcmp(calls, "fsync") ? 30 : 4;
	unsigned long step = strcmp(calls, "fsync") ? 7 : 1;
	unsigned int tries, i;

	for (i = 0, k = from; i < 2; i++, k += step) {
		snprintf(what, sizeof(what), "%s %lu fails with %s", calls, k, act);
		snprintf(set[0], sizeof(set[0]), "TS_SHIM_CALLS=%s", calls);
		snprintf(set[1], sizeof(set[1]), "TS_SHIM_DO=%s", act);
		snprintf(set[2], sizeof(set[2]), "TS_SHIM_AT=%lu", k);
		box_end(&p->box, SIGTERM);
		box_start(&p->box, env);
		if (!box_ready(&p->box, 10000)) {
			note("%s: at the start already", what);
			box_end(&p->box, SIGKILL);
			box_start(&p->box, NULL);
			box_ready(&p->box, 10000);
			continue;
		}
		if (!play_memo(p, AT_SHOPPER, code, memo))
			die("no session");
		for (tries = 0; !pay_until_refused(p, 40, memo) && tries < 3; tries++)
			;
		if (p->payers[SHOPPER].acked) {
			ok(false, "%s: no payment was refused", what);
			continue;
		}
		see_read_only(p, what, NULL);
		repaired(p, what);
	}
}

/**
 * test_disk() - a disk that cannot be relied on
 * @p: no daemon runs; its state is a file system of its own, of 4 MB
 */
int test_disk(struct play *p)
{
	char code[TS_CODE_SIZE], memo[TS_MEMO_SIZE];

	play_begin(p);
	if (!play_memo(p, AT_SHOPPER, code, memo))
		die("no session");
	if (!payer_pay(&p->payers[SHOPPER], &p->box, BY_UDP, 1000000000, memo))
		die("no Ack");
	full_disk(p, memo);
	if (!play_memo(p, AT_SHOPPER, code, memo))
		die("no session");
	read_only_disk(p, memo);
	failing(p, "fsync", "eio");
	failing(p, "write", "enospc");
	failing(p, "write", "eio");
	play_end(p);
	ok(play_audit(p, "at the end"), "every book agrees at the end");
	return 0;
}
