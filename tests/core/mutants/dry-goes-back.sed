# SPDX-License-Identifier: GPL-2.0
# why: a late CPU moves dry_at back: the event comes twice
# by: unit property
# lines: 1
s/^\t\tif (seen > granted)$/\t\tif (seen == granted + 1)/
