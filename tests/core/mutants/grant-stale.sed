# SPDX-License-Identifier: GPL-2.0
# why: an older grant takes back a newer one
# by: unit property
# lines: 2
/^\tif (granted <= ts_load(&b->granted))$/,+1d
