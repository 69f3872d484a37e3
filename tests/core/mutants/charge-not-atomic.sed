# SPDX-License-Identifier: GPL-2.0
# why: compare-and-swap as a read and a write: two CPUs take the same units
# by: property
# lines: 2
s/__atomic_compare_exchange_n(p, &old, new, 0, __ATOMIC_SEQ_CST,/__u64 now = *(volatile __u64 *)p; if (now == old) *(volatile __u64 *)p = new; old = now;/
/^\t\t\t\t    __ATOMIC_SEQ_CST);$/d
