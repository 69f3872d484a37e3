/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints; /sys/kernel/tracing/events/tokenswitch. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM tokenswitch

#if !defined(_TS_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TS_TRACE_H

#include <linux/tracepoint.h>
#include "account.h"

/* A frame was refused for the first time under this granted value. */
TRACE_EVENT(ts_exhausted,
	TP_PROTO(const struct ts_account *a, u64 cost_units),
	TP_ARGS(a, cost_units),
	TP_STRUCT__entry(
		__field(u32, id)
		__field(u32, epoch)
		__field(u64, granted)
		__field(u64, charged)
		__field(u64, cost_units)
	),
	TP_fast_assign(
		__entry->id = a->id;
		__entry->epoch = a->budget.epoch;
		__entry->granted = ts_load(&a->budget.granted);
		__entry->charged = ts_budget_charged(&a->budget);
		__entry->cost_units = cost_units;
	),
	TP_printk("account=%u epoch=%u granted=%llu charged=%llu cost=%llu",
		  __entry->id, __entry->epoch, __entry->granted,
		  __entry->charged, __entry->cost_units)
);

/* GRANT, also one that changed nothing. */
TRACE_EVENT(ts_grant,
	TP_PROTO(const struct ts_account *a, u64 asked),
	TP_ARGS(a, asked),
	TP_STRUCT__entry(
		__field(u32, id)
		__field(u32, epoch)
		__field(u64, asked)
		__field(u64, granted)
		__field(u64, charged)
	),
	TP_fast_assign(
		__entry->id = a->id;
		__entry->epoch = a->budget.epoch;
		__entry->asked = asked;
		__entry->granted = ts_load(&a->budget.granted);
		__entry->charged = ts_budget_charged(&a->budget);
	),
	TP_printk("account=%u epoch=%u asked=%llu granted=%llu charged=%llu",
		  __entry->id, __entry->epoch, __entry->asked,
		  __entry->granted, __entry->charged)
);

/* A frame did not pass; account 0: a station without one. */
TRACE_EVENT(ts_drop,
	TP_PROTO(int ifindex, u32 account_id, u8 dir, u8 reason, u32 bytes),
	TP_ARGS(ifindex, account_id, dir, reason, bytes),
	TP_STRUCT__entry(
		__field(int, ifindex)
		__field(u32, account_id)
		__field(u8, dir)
		__field(u8, reason)
		__field(u32, bytes)
	),
	TP_fast_assign(
		__entry->ifindex = ifindex;
		__entry->account_id = account_id;
		__entry->dir = dir;
		__entry->reason = reason;
		__entry->bytes = bytes;
	),
	TP_printk("ifindex=%d account=%u dir=%s reason=%s bytes=%u",
		  __entry->ifindex, __entry->account_id,
		  __print_symbolic(__entry->dir,
				   { TS_DIR_UP, "up" }, { TS_DIR_DOWN, "down" }),
		  __print_symbolic(__entry->reason,
				   { TS_DROP_STRANGER, "stranger" },
				   { TS_DROP_DRY, "dry" },
				   { TS_DROP_FORBIDDEN, "forbidden" },
				   { TS_DROP_POLICED, "policed" },
				   { TS_DROP_UNSOLICITED, "unsolicited" },
				   { TS_DROP_MALFORMED, "malformed" },
				   { TS_DROP_HIDDEN_TAG, "hidden-tag" },
				   { TS_DROP_GONE, "gone" }),
		  __entry->bytes)
);

#endif /* _TS_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
