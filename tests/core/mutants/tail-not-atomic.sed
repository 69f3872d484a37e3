# SPDX-License-Identifier: GPL-2.0
# why: the tail adds without an atomic
# by: property
# lines: 2
s/TS_CHARGE_TRIES 16/TS_CHARGE_TRIES 0/
s/^\to = ts_fetch_add(&b->charged, cost);/\to = ts_load(\&b->charged); ts_store_release(\&b->charged, o + cost);/
