/* SPDX-License-Identifier: GPL-2.0 */
/* What tests/core/same.bpf.c and tests/core/bpf_same.c share. */
#ifndef TS_TEST_CORE_BPF_SAME_H
#define TS_TEST_CORE_BPF_SAME_H

#include "tokenswitch/batadv_frame.h"
#include "tokenswitch/budget.h"

/**
 * struct bpf_same - the only global of the object, so it lies at 0 of .bss
 * @line: charged by "charge" with @cost; the answer goes to @verdict
 * @frame: what "parse" made of the frame
 */
struct bpf_same {
	struct ts_budget line;
	__u64 cost;
	__u32 verdict;
	struct ts_batadv_frame frame;
};

#endif /* TS_TEST_CORE_BPF_SAME_H */
