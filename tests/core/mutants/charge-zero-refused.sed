# SPDX-License-Identifier: GPL-2.0
# why: a frame that costs nothing is refused beside an overshoot
# by: unit
# lines: 2
/^\tif (!cost)$/,+1d
