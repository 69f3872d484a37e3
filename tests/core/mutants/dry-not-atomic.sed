# SPDX-License-Identifier: GPL-2.0
# why: two CPUs raise the event at once
# by: property
# lines: 1
s/^\t\to = ts_cmpxchg(&b->dry_at, seen, granted + 1);/\t\to = seen; ts_store_release(\&b->dry_at, granted + 1);/
