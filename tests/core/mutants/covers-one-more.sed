# SPDX-License-Identifier: GPL-2.0
# why: who lacks one unit may send to groups
# by: unit
# lines: 1
s/return !cost || (c <= g && cost <= g - c);/return !cost || (c <= g \&\& cost <= g - c + 1);/
