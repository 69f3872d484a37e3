# SPDX-License-Identifier: GPL-2.0
# why: a refused tail keeps what it added
# by: property
# lines: 2
s/TS_CHARGE_TRIES 16/TS_CHARGE_TRIES 0/
/^\tts_fetch_add(&b->charged, -cost);$/d
