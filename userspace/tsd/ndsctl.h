/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ndsctl.h - openNDS's tool, run as a child: no shell, one at a time, never waited for.
 */
#ifndef TS_TSD_NDSCTL_H
#define TS_TSD_NDSCTL_H

#include <ev.h>
#include <stddef.h>

struct ts_ndsctl;

/**
 * typedef ts_ndsctl_done - it has ended
 * @ctx: the caller's
 * @status: its exit status; -ETIMEDOUT: it was ended, it took too long; other negative
 *	errno: it did not run to its end
 * @text: what it wrote to standard output, with a NUL at its end; good during the call
 */
typedef void ts_ndsctl_done(void *ctx, int status, const char *text);

struct ts_ndsctl *ts_ndsctl_new(struct ev_loop *loop, const char *path, double patience_s,
				ts_ndsctl_done *done, void *ctx);
void ts_ndsctl_free(struct ts_ndsctl *n);
int ts_ndsctl_run(struct ts_ndsctl *n, const char *const *words);

#endif /* TS_TSD_NDSCTL_H */
