# SPDX-License-Identifier: GPL-2.0
# why: granted may come so near to 2^64 that the tail wraps
# by: unit
# lines: 1
s/^\tif (granted > TS_GRANTED_MAX)$/\tif (0)/
