# SPDX-License-Identifier: GPL-2.0
# why: a grant for another life counts
# by: unit property
# lines: 1
s/^\tif (b->epoch != epoch)$/\tif (0)/
