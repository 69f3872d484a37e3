# SPDX-License-Identifier: GPL-2.0
# why: two CPUs raise the low event at once
# by: property
# lines: 1
s/^\tif (ts_cmpxchg(&b->low_at, low, TS_LOW_DISARMED) != low)$/\tts_store_release(\&b->low_at, TS_LOW_DISARMED); if (0)/
