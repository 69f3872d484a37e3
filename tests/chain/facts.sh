#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Nodes that say something else: of the contract, of a deposit.
. "$(dirname "$0")/box.sh"
chain_up
box_config
scene facts.js
