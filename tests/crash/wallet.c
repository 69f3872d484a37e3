// SPDX-License-Identifier: GPL-2.0
/*
 * wallet.c - tspay itself, watching and paying, while the daemon dies again and
 * again; its purse and the ledger must agree.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crash.h"

#define KILLS 15
#define URL "http://" BOX_ADDRESS ":2050"

static _Noreturn void become_tspay(const char *dir)
{
	char key[200], pass[200], purse[200], log[200], ns[128];
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(ns, sizeof(ns), "/run/netns/%s", getenv("TS_NS_SHOPPER"));
	fd = open(ns, O_RDONLY | O_CLOEXEC);
	if (setns(fd, CLONE_NEWNET))
		_exit(126);
	snprintf(key, sizeof(key), "%s/shopper.key", dir);
	snprintf(pass, sizeof(pass), "file:%s/passphrase", dir);
	snprintf(purse, sizeof(purse), "%s/purse", dir);
	snprintf(log, sizeof(log), "%s/tspay.log", dir);
	fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	dup2(fd, 1);
	dup2(fd, 2);
	execlp("tspay", "tspay", "-k", key, "-p", pass, "-s", purse, "-c", "1000",
	       "-l", "100k", "-b", "300k", URL, (char *)NULL);
	_exit(127);
}

/* What the purse says was paid. Return: whether all of it has its Ack. */
static bool read_purse(struct play *p)
{
	struct payer *payer = &p->payers[SHOPPER];
	json_t *json = NULL, *proof;
	char pattern[256];
	const char *text;
	bool acked;
	glob_t g;

	snprintf(pattern, sizeof(pattern), "%s/purse/0x*.json", p->box.dir);
	if (!glob(pattern, 0, NULL, &g)) {
		json = json_load_file(g.gl_pathv[0], 0, NULL);
		globfree(&g);
	}
	/* Described from the box's side: the partner is the wallet. */
	proof = json_object_get(json_object_get(json, "channel"), "partner_proof");
	text = json_string_value(json_object_get(proof, "transferred_wei"));
	if (!text || ts_u128_parse(&payer->acked_wei, text))
		payer->acked_wei = 0;
	payer->acked_count = (uint64_t)json_integer_value(json_object_get(proof, "nonce"));
	acked = json_is_true(json_object_get(json, "acked"));
	json_decref(json);
	return acked && payer->acked_count;
}

/**
 * test_tspay() - tspay pays, the daemon dies
 * @p: no daemon runs
 */
int test_tspay(struct play *p)
{
	char code[TS_CODE_SIZE], memo[TS_MEMO_SIZE], got[TS_U128_TEXT_SIZE];
	struct payer *payer = &p->payers[SHOPPER];
	unsigned int seed = 42, i, busy, quiet;
	uint64_t until;
	bool acked;
	pid_t pid;
	int status;

	play_begin(p);
	if (!play_memo(p, AT_SHOPPER, code, memo))
		die("no session");
	pid = fork();
	if (!pid)
		become_tspay(p->box.dir);
	ok(traffic_passes(10000), "tspay has paid, and packets pass");
	for (i = 0; i < KILLS; i++) {
		for (busy = 1 + (unsigned int)rand_r(&seed) % 8; busy; busy--) {
			traffic_burst(60, 1000);
			nap_ms((unsigned int)rand_r(&seed) % 60);
		}
		box_end(&p->box, SIGKILL);
		nap_ms((unsigned int)rand_r(&seed) % 100);
		box_tend(&p->box);
	}
	ok(traffic_passes(10000), "after %u kills packets pass", KILLS);
	/* Not in the middle of a payment: it pays while its budget is low. */
	until = now_ms() + 20000;
	for (quiet = 0; quiet < 10 && now_ms() < until; quiet = read_purse(p) ? quiet + 1 : 0)
		nap_ms(100);
	kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
	ok(WIFEXITED(status), "tspay ends when it is told to (0x%x)", status);
	acked = read_purse(p);
	ok(acked, "its last payment has its Ack");
	play_end(p);
	ok(play_audit(p, "tspay"), "its purse and the ledger agree: %s wei in %llu payments",
	   ts_u128_print(payer->acked_wei, got), (unsigned long long)payer->acked_count);
	return 0;
}
