# SPDX-License-Identifier: GPL-2.0
# why: an exhausted event for the first granted value only
# by: unit property
# lines: 1
s/^\t\tif (seen > granted)$/\t\tif (seen)/
