/* SPDX-License-Identifier: GPL-2.0 */
/* payer.h - wallet, purse and box joined: making a payment arrive. */
#ifndef TSPAY_PAYER_H
#define TSPAY_PAYER_H

#include <signal.h>
#include "tspay/box.h"
#include "tspay/options.h"
#include "tspay/purse.h"
#include "tspay/show.h"

/**
 * struct payer - everything of one run
 * @box: NULL when only UDP is used
 * @token: of the box; without one only its decimals are known
 * @udp_fd: -1: over HTTP
 * @paid_wei: signed in this run
 * @fetched_ms: when the box was asked for messages of its own
 */
struct payer {
	const struct options *o;
	struct ts_signer *signer;
	struct box *box;
	struct token token;
	struct purse purse;
	int udp_fd;
	ts_u128 paid_wei;
	uint64_t fetched_ms;
	struct show show;
	const volatile sig_atomic_t *stop;
};

/**
 * payer_begin() - the key, the box and its token; no channel yet
 * Return: 0, or 1 after saying what is wrong; payer_close() in either case.
 */
int payer_begin(struct payer *p, const struct options *o,
		const volatile sig_atomic_t *stop);
/** payer_open() - all of that and the purse, to pay; Return: as above */
int payer_open(struct payer *p, const struct options *o,
	       const volatile sig_atomic_t *stop);
void payer_close(struct payer *p);

/**
 * payer_pay() - pay @wei for a session and see it acknowledged
 * @s: NULL: no memo (any Photon node)
 * Return: 0 acknowledged, 1 not (said why; the payment stays in the purse and
 * is sent again by the next run), -EINTR.
 */
int payer_pay(struct payer *p, const struct session *s, ts_u128 wei);

/**
 * payer_attach() - have this station spend what was paid for another session
 * @p: with a box
 * @code: the session
 * @limit_wei: no more than this; TS_U128_MAX: all
 *
 * Return: exit status.
 */
int payer_attach(struct payer *p, const char *code, ts_u128 limit_wei);

/**
 * payer_once() - pay @wei for the session of this station, or without a box to
 * any Photon node
 * Return: 0, or 1 after saying why nothing was paid or is not acknowledged:
 * also when the price is above policy.max_wei_per_gb.
 */
int payer_once(struct payer *p, ts_u128 wei);

/**
 * payer_refund() - have what is paid and not used come back (M11)
 * @p: with a box
 * @limit_wei: no more than this; TS_U128_MAX: all
 * Return: exit status; 0 also when there was nothing.
 */
int payer_refund(struct payer *p, ts_u128 limit_wei);

/**
 * payer_roam() - have this box sell what was paid at another one (M14)
 * @p: with a box, and without a purse
 * @limit_wei: no more than this; TS_U128_MAX: all
 *
 * At the box itself that was paid: other boxes buy nothing more.
 * Return: exit status.
 */
int payer_roam(struct payer *p, ts_u128 limit_wei);

/**
 * payer_sponsor() - pay for a station that is not ours (M6, M15)
 * @p: with a box, and without a purse
 * @mac: which
 * @limit_wei: so much in all; 0: no more
 * @until: a date in UTC; NULL with a limit of 0
 * Return: exit status.
 */
int payer_sponsor(struct payer *p, const char *mac, ts_u128 limit_wei, const char *until);
/** payer_sponsor_list() - for whom we pay there; Return: exit status */
int payer_sponsor_list(struct payer *p);

/** payer_watch() - pay by the policy until stopped; Return: exit status */
int payer_watch(struct payer *p);

/* courier.c */

/**
 * payer_deliver() - bring what of ours has not arrived, in its order
 * Return: 0: all of it has, or 1 after saying why not.
 */
int payer_deliver(struct payer *p);

/* Bring all again that nothing proves to have arrived (M9). */
void payer_repeat(struct payer *p);

/**
 * payer_fetch() - take what the box has for us
 * @p: with a box
 * @moment: now
 * Return: how many messages were taken, or -1 after saying why none can be.
 */
int payer_fetch(struct payer *p, const struct ts_moment *moment);

/* Now, with nothing known of the chain. */
void payer_moment(struct ts_moment *moment);
/* Unless told to stop. */
void payer_nap(const struct payer *p, int seconds);

#endif /* TSPAY_PAYER_H */
