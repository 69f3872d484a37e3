# SPDX-License-Identifier: GPL-2.0
# why: the last unit can never be spent
# by: unit property
# lines: 1
s/if (c > g || cost > g - c)/if (c > g || cost >= g - c)/
