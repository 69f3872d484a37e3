# SPDX-License-Identifier: GPL-2.0
# why: a grant adds its value, so a repeated one counts twice
# by: unit property
# lines: 1
s/^\tif (granted <= ts_load(&b->granted))$/\tgranted += ts_load(\&b->granted); if (0)/
