/* SPDX-License-Identifier: GPL-2.0 */
/*
 * purse.h - the payer's side of one channel, kept in a file.
 *
 * Rule: the new state is on disk, synced, before its datagram leaves; once a
 * datagram may have left, only the very same bytes are sent under its nonce.
 */
#ifndef TSPAY_PURSE_H
#define TSPAY_PURSE_H

#include <stdbool.h>
#include "photon/channel.h"
#include "tspay/policy.h"

/**
 * struct purse - one channel and its last messages
 * @path: the file; NULL: not open
 * @lock_fd: of the file beside it that says that a tspay uses it
 * @channel: seen from the wallet
 * @last: the newest datagram; len 0: none yet
 * @before: the one before it, for a box that lost it
 * @acked: @last has its Ack
 * @spent: what was signed in the last hour, by CLOCK_BOOTTIME; of an earlier
 *	boot it counts as signed when this one began, for nobody knows better
 */
struct purse {
	char *path;
	int lock_fd;
	struct ts_channel channel;
	struct ts_datagram last;
	struct ts_datagram before;
	bool acked;
	struct spent spent;
};

/**
 * purse_open() - load the file of a channel, or begin one
 * @dir: directory of the purses, made when missing
 * @seen: the channel as the box describes it, from the wallet's place
 *
 * One process at a time: two would sign different messages under one nonce, of
 * which only one can ever arrive.  Without a file the proofs of @seen are taken: ours carries our own
 * signature.  With one, whichever of our two proofs is newer.
 *
 * Return: 0, -EBUSY: another tspay has it, or another negative errno, with one
 * line in @err.
 */
int purse_open(struct purse *p, const char *dir, const struct ts_channel *seen,
	       char *err, size_t err_size);
void purse_close(struct purse *p);

/**
 * purse_pay() - make the next datagram and put it on disk
 * Return: 0, -EINPROGRESS: the last one has no Ack yet, or a negative errno
 * with one line in @err; nothing may be sent then.
 */
int purse_pay(struct purse *p, const struct ts_signer *key, ts_u128 amount_wei,
	      const char *memo, char *err, size_t err_size);

/** purse_acked() - note that the last datagram was accepted; Return: as above */
int purse_acked(struct purse *p, char *err, size_t err_size);

#endif /* TSPAY_PURSE_H */
