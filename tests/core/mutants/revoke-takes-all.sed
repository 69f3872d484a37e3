# SPDX-License-Identifier: GPL-2.0
# why: revoke takes more than it was asked for
# by: unit property
# lines: 1
s/^\t\ttake = g - c < max_units ? g - c : max_units;/\t\ttake = g - c;/
