/* SPDX-License-Identifier: GPL-2.0 */
/* unlock.h - decrypt the key without letting anybody wait for it. */
#ifndef TS_TSD_UNLOCK_H
#define TS_TSD_UNLOCK_H

#include <ev.h>

#include "photon/sign.h"

struct ts_unlock;

/**
 * typedef ts_unlock_done - the key is there, or it is not
 * @ctx: the caller's
 * @key: the caller's from now on; NULL: it could not be had
 * @error: then why, one line for people
 */
typedef void ts_unlock_done(void *ctx, struct ts_signer *key, const char *error);

struct ts_unlock *ts_unlock_start(struct ev_loop *loop, const char *key_file,
				  const char *passphrase_file,
				  ts_unlock_done *done, void *ctx);
void ts_unlock_free(struct ts_unlock *u);

#endif /* TS_TSD_UNLOCK_H */
