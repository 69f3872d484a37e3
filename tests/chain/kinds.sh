#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Channels of ours in tokens that are paid in by one transaction.
. "$(dirname "$0")/box.sh"
chain_up
box_config
scene kinds.js
