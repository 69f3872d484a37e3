#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Several tokens on one box, and the ways to pay them in.
. "$(dirname "$0")/box.sh"
# The node of the chain is a service of the box, for clients that have not paid, too.
chain_up --listen 10.66.1.1
RPC=$(about .rpc)
RULES="\"free tcp ${RPC##*:} ends-here\""
box_config
scene kinds.js
