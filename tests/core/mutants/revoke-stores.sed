# SPDX-License-Identifier: GPL-2.0
# why: revoke as a plain store: loses the charges that came between
# by: property
# lines: 1
s/^\t\to = ts_cmpxchg(&b->charged, c, c + take);$/\t\to = c; ts_store_release(\&b->charged, c + take);/
