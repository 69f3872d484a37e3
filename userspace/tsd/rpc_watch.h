/* SPDX-License-Identifier: GPL-2.0 */
/* rpc_watch.h - the sockets and the timer of a chain's endpoint, by libev. */
#ifndef TS_TSD_RPC_WATCH_H
#define TS_TSD_RPC_WATCH_H

#include <ev.h>

#include "chain/rpc.h"

struct ts_rpc_watch;

struct ts_rpc_watch *ts_rpc_watch_new(struct ev_loop *loop,
				      const struct ts_rpc_config *config,
				      char *err, size_t err_size);
void ts_rpc_watch_free(struct ts_rpc_watch *w);
struct ts_rpc *ts_rpc_watch_rpc(const struct ts_rpc_watch *w);

#endif /* TS_TSD_RPC_WATCH_H */
