# SPDX-License-Identifier: GPL-2.0
# why: granted as this CPU saw it first: stranded after a grant
# by: unit property
# lines: 2
s/^\t\tg = ts_load(&b->granted);$/\t\t{ static __thread __u64 once; if (!once) once = ts_load(\&b->granted); g = once; }/
