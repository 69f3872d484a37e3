# SPDX-License-Identifier: GPL-2.0
# why: one lost race leads into the tail
# by: unit property
# lines: 1
s/TS_CHARGE_TRIES 16/TS_CHARGE_TRIES 1/
