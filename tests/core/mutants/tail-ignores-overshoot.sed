# SPDX-License-Identifier: GPL-2.0
# why: the tail looks at the units, not at who overshot
# by: property
# lines: 2
s/TS_CHARGE_TRIES 16/TS_CHARGE_TRIES 0/
s/^\tif (o <= g && cost <= g - o)/\tif (cost <= g - o)/
