# SPDX-License-Identifier: GPL-2.0
# why: a mark that was turned off fires under the next grant
# by: unit property
# lines: 1
/^\tts_store_release(&b->low_at, TS_LOW_DISARMED);$/d
