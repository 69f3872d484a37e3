# SPDX-License-Identifier: GPL-2.0
# why: one unit more than there is
# by: unit property
# lines: 1
s/if (c > g || cost > g - c)/if (c > g || cost > g - c + 1)/
