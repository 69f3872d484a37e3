/* SPDX-License-Identifier: GPL-2.0 */
/*
 * purse.h - the payer's side of one channel, kept in a file.
 *
 * Rule: the new state is on disk, synced, before anything of it leaves (M10):
 * a datagram of ours, which goes on to be the very same bytes under its nonce,
 * and the Ack of one of the box's, whose newest proof is what it owes us.
 */
#ifndef TSPAY_PURSE_H
#define TSPAY_PURSE_H

#include <stdbool.h>
#include "chain/follow.h"
#include "photon/life.h"
#include "photon/memo.h"
#include "tspay/policy.h"

/**
 * struct purse - one channel with all that is under way in it
 * @path: the file; NULL: not open
 * @lock_fd: of the file beside it that says that a tspay uses it
 * @life: seen from the wallet
 * @cursor: up to where the chain was followed for it; zero: not yet
 * @closed: the box says that it is: nothing is paid, but only the chain's word
 *	makes it closed; not kept
 * @code: the session that was paid for last; empty: none was named
 * @spent: what was signed in the last hour, by CLOCK_BOOTTIME; of an earlier
 *	boot it counts as signed when this one began, for nobody knows better
 */
struct purse {
	char *path;
	int lock_fd;
	struct ts_life life;
	struct ts_follow_cursor cursor;
	bool closed;
	char code[TS_CODE_SIZE];
	struct spent spent;
};

/**
 * purse_open() - load the file of a channel, or begin one
 * @dir: directory of the purses, made when missing
 * @seen: the channel as the box describes it, from the wallet's place
 *
 * One process at a time: two would sign different messages under one nonce, of
 * which only one can ever arrive.  Without a file the proofs of @seen are
 * taken: ours carries our own signature.  With one, whichever of our two proofs
 * is newer.
 *
 * Return: 0, -EBUSY: another tspay has it, or another negative errno, with one
 * line in @err.
 */
int purse_open(struct purse *p, const char *dir, const struct ts_channel *seen,
	       char *err, size_t err_size);
void purse_close(struct purse *p);

/**
 * purse_seen() - the box describes the channel anew
 * Return: 0, or -EPROTO with one line in @err: it cannot be, and is not taken.
 */
int purse_seen(struct purse *p, const struct ts_channel *seen, char *err,
	       size_t err_size);

/**
 * purse_each() - look at all purses, those in use too
 * @cb: the purse is valid until it returns; a non-zero return ends it
 *
 * Return: 0, what @cb returned, or a negative errno with one line in @err.
 */
int purse_each(const char *dir, int (*cb)(const struct purse *p, void *arg),
	       void *arg, char *err, size_t err_size);

/**
 * purse_commit() - put the next state on disk, and have it
 * Return: 0, or a negative errno with one line in @err; then nothing has changed.
 */
int purse_commit(struct purse *p, const struct ts_life *next, char *err,
		 size_t err_size);

/**
 * purse_next_life() - the chain began the channel anew: another purse
 * @p: becomes it; the old one is kept, and over
 * @next: its state
 *
 * Return: as purse_commit().
 */
int purse_next_life(struct purse *p, const struct ts_life *next, char *err,
		    size_t err_size);

/**
 * purse_pay() - make the next payment and put it on disk
 * Return: 0, -EINPROGRESS: the last one has no Ack yet, or a negative errno
 * with one line in @err; nothing may be sent then.
 */
int purse_pay(struct purse *p, const struct ts_signer *key, ts_u128 amount_wei,
	      const char *memo, char *err, size_t err_size);

/**
 * purse_take() - a message of the box
 * @moment: now
 * @ack: set to its Ack, which may leave
 *
 * Return: 2: it is new, 1: it was taken before, and of both @ack is to be sent;
 * 0: it is nothing to us, or was told no, -EPROTO: it breaks a rule, or another negative errno:
 * it is not on the disk; both with one line in @err.
 */
int purse_take(struct purse *p, const struct ts_signer *key,
	       const struct ts_moment *moment, const struct ts_datagram *d,
	       uint8_t ack[TS_ACK_BYTES], char *err, size_t err_size);

/** purse_acked() - note that @d was accepted; Return: as purse_commit() */
int purse_acked(struct purse *p, const struct ts_datagram *d, char *err,
		size_t err_size);

/* purse_file.c */
int purse_save(const struct purse *p, char *err, size_t err_size);
int purse_load(struct purse *p, char *err, size_t err_size);

#endif /* TSPAY_PURSE_H */
