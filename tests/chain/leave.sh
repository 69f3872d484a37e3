#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Value leaves channels by both signatures: withdrawn, and settled together.
. "$(dirname "$0")/box.sh"
PRICE=1000	# tokens per GB: a little traffic is worth something
chain_up
box_config
scene leave.js
