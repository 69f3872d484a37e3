# SPDX-License-Identifier: GPL-2.0
# why: beside an overshoot everybody may send to groups
# by: unit
# lines: 1
s/return !cost || (c <= g && cost <= g - c);/return !cost || cost <= g - c;/
