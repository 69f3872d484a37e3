/* SPDX-License-Identifier: GPL-2.0 */
/*
 * post.h - bytes to another box's portal by HTTP, in the daemon's loop, without
 * ever blocking.
 */
#ifndef TS_TSD_POST_H
#define TS_TSD_POST_H

#include <ev.h>
#include <stddef.h>

#define TS_POST_ENDPOINT_SIZE	128
/* A longer answer is none of a portal. */
#define TS_POST_ANSWER_SIZE	1024

/*
 * What came of it: HTTP's status and the body as text, or 0 and why there is none.
 * Valid until it returns.  It may send the next; it may not free the post.
 */
typedef void ts_post_done(void *ctx, long status, const char *text);

struct ts_post;

struct ts_post *ts_post_new(struct ev_loop *loop, const char *url, const char *path,
			    unsigned int timeout_ms, char *err, size_t err_size);
void ts_post_free(struct ts_post *p);
const char *ts_post_endpoint(const struct ts_post *p);
int ts_post_send(struct ts_post *p, const void *bytes, size_t len,
		 ts_post_done *done, void *ctx);

#endif /* TS_TSD_POST_H */
