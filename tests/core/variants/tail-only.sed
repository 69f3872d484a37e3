# SPDX-License-Identifier: GPL-2.0
# why: every charge goes through the wait-free tail
# by: unit property
# lines: 1
s/TS_CHARGE_TRIES 16/TS_CHARGE_TRIES 0/
