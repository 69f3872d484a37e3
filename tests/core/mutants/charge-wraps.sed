# SPDX-License-Identifier: GPL-2.0
# why: the sum that wraps for a huge cost
# by: unit
# lines: 1
s/if (c > g || cost > g - c)/if (c > g || c + cost > g)/
