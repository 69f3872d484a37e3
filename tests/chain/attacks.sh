#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Wallets that cheat, each with a channel of its own; the box ends with what it
# earned, on the chain.
. "$(dirname "$0")/box.sh"
PRICE=1000	# tokens per GB: a little traffic is worth something
chain_up
box_config
scene attacks.js
