// SPDX-License-Identifier: GPL-2.0
/*
 * main.c - tsd, the daemon of TokenSwitch: where to find what.
 *
 *	config*.c	tsd.conf, checked			endpoint.c
 *	daemon.c	the parts, in the order they come up	lock.c, ready.c,
 *							unlock.c
 *	loop.c		what wakes us, the order of a turn	clock.c, log.c
 *	effects.c	between billing and the world		reply.c
 *	udp.c		Photon datagrams			police.c
 *	discovery.c	who else speaks Photon			mdns_link.c
 *	ports.c		access ports and rules in the meter	selftest.c
 *	bypass*.c	what takes frames past the meter
 *	gate*.c		the nftables tables
 *	neigh.c		address -> station
 *	front*.c	the portal's questions, answered	https.c
 *	opennds*.c	openNDS in the portal's place		ndsctl.c
 *	watching.c	the operator's page and its history	metrics*.c, warning.c
 *	chain*.c	the chain: what its contract is, its events,	rpc_watch.c
 *			what is sent
 *	carrier.c	what stations ask of the chain, and send	carry_limit.c
 *	mirror.c	our proofs to boxes that show them	post.c
 *	roam.c		claims to other boxes for guests
 *	mesh.c		the mesh in the meter			mesh_claim.c, sockets.c
 *	relay*.c	what is carried for neighbours and by them
 *	control.c	the socket of tsctl			command.c, status.c,
 *							session.c, station.c,
 *							liquidity.c,
 *							revenue.c, watcher.c,
 *							channel_export.c
 *	gift.c		vouchers, sponsored stations		sponsor.c
 *	payout.c	shares in the income are paid out	statement.c
 *
 * ../portal is HTTP, ../billing decides, ../ledger remembers, ../photon knows
 * the messages, ../discovery how nodes find each other, ../lib speaks with the meters.
 */
#include <curl/curl.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config_path.h"
#include "tsd/daemon.h"
#include "tsd/lock.h"
#include "tsd/log.h"
#include "tsd/ready.h"

static const char usage[] =
	"Usage: tsd [-c FILE]                 run\n"
	"       tsd --check-config [-c FILE]  say whether FILE is good, and what it means\n"
	"       tsd --remove-gate [-c FILE]   take the nftables tables away\n"
	"       tsd --version | --help\n"
	"FILE: " TS_CONFIG_PATH "\n";

/* What a refusal by the kernel may come from, for who may not have seen it. */
static const char *hint(void)
{
	return geteuid() ? "; tsd has to run as root" : "";
}

/* What billing would say at the start; the boot id is the machine's affair. */
static bool suits_billing(const struct ts_config *c, char *err, size_t err_size)
{
	struct ts_billing_config billing = c->billing;
	char why[256];

	memset(billing.boot_id, '0', sizeof(billing.boot_id) - 1);
	billing.boot_id[sizeof(billing.boot_id) - 1] = '\0';
	if (!ts_billing_config_check(&billing, why, sizeof(why)))
		return true;
	snprintf(err, err_size, "%.300s: %s", c->path, why);
	return false;
}

static int check_config(const char *path)
{
	char err[TS_CONFIG_ERROR_SIZE];
	struct ts_config *c = ts_config_load(path, err, sizeof(err));

	if (!c || !suits_billing(c, err, sizeof(err))) {
		ts_config_free(c);
		fprintf(stderr, "tsd: %s\n", err);
		return 1;
	}
	ts_config_explain(c, stdout);
	ts_config_free(c);
	return 0;
}

/* A tsd that runs would put them back at once. */
static int remove_gate(const char *path)
{
	char err[TS_CONFIG_ERROR_SIZE];
	struct ts_config *c = ts_config_load(path, err, sizeof(err));
	int lock = c ? ts_lock_take(c->run_dir, err, sizeof(err)) : -1;
	int ret = lock == -EBUSY ? lock : ts_gate_remove(err, sizeof(err));

	ts_lock_release(lock);
	ts_config_free(c);
	if (ret)
		fprintf(stderr, "tsd: %s%s\n", err, hint());
	return ret ? 1 : 0;
}

static int run(const char *path)
{
	struct ts_daemon *d = calloc(1, sizeof(*d));
	char err[TS_CONFIG_ERROR_SIZE];
	struct ts_config *c;
	int status = 1;

	if (!d)
		return 1;
	c = ts_config_load(path, err, sizeof(err));
	if (!c) {
		fprintf(stderr, "tsd: %s\n", err);
		free(d);
		return 1;
	}
	ts_log_setup(c->log_level, c->log_json);
	d->loop = ev_default_loop(EVFLAG_AUTO);
	if (ts_daemon_start(d, c, err, sizeof(err))) {
		ts_log(TS_LOG_ERROR, "%s%s", err, hint());
	} else {
		ev_run(d->loop, 0);
		ts_ready_tell("STOPPING=1");
		ts_log(TS_LOG_INFO, "tsd stops; meter and gate stay");
		status = d->failed;
	}
	ts_daemon_stop(d);
	free(d);
	return status;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "check-config", no_argument, NULL, 'C' },
		{ "remove-gate", no_argument, NULL, 'R' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ }
	};
	const char *path = TS_CONFIG_PATH;
	int opt, action = 0;

	while ((opt = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
		if (opt == 'c') {
			path = optarg;
		} else if (opt == '?') {
			fputs(usage, stderr);
			return 2;
		} else {
			action = opt;
		}
	}
	if (optind != argc) {
		fprintf(stderr, "tsd: \"%s\" is not expected\n%s", argv[optind], usage);
		return 2;
	}
	/* Writes to whoever went away are errors, not death. */
	signal(SIGPIPE, SIG_IGN);
	if (sodium_init() < 0 || curl_global_init(CURL_GLOBAL_DEFAULT))
		return 1;
	switch (action) {
	case 'h':
		fputs(usage, stdout);
		return 0;
	case 'V':
		puts("tsd " TS_VERSION);
		return 0;
	case 'C':
		return check_config(path);
	case 'R':
		return remove_gate(path);
	}
	return run(path);
}
