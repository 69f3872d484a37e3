#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Somebody with a phone and nothing else, in a browser, of a box on a real chain: opens a
# channel over the box alone; a part of run.
here=$(cd "$(dirname "$0")" && pwd)
"$here/../chain/setup" >/dev/null 2>&1 || { echo "1..0 # SKIP no test chain; see tests/chain/setup"; exit 0; }
. "$here/../chain/box.sh"
. "$here/../netns/asked.sh"
. "$here/scene.sh"

tell_() { # WORDS: prints the answer
	case $1 in
	mac) asked_mac "$2" ;;
	paid) asked_paid ;;
	fund|purse|mine|hold|let) wallet "$@" ;;
	box) about '.accounts[1].address' ;;
	contracts) about '.contracts | "\(.tokens_network) \(.erc20) \(.erc223) \(.smt)"' ;;
	stall) kill -STOP "$(about .pid)" ;;
	resume) kill -CONT "$(about .pid)" ;;
	watch-server) witness $S s0 6 10.66.1.2 ;;
	seen)
		testify 6
		[ "$lost" = 0 ] && echo "$bytes_in" ;;
	esac
}

chain_up
# A node that was stalled would not hear of our end.
trap 'kill -CONT "$(about .pid)" 2>/dev/null; net_down; rm -rf "$W"' EXIT
wallet_up
scene_up
start in_ns $S python3 "$here/upstream.py" "$W/upstream.log"
TOKEN="address = \"$(about .contracts.erc20)\"; symbol = \"MESH\"; decimals = 18; },
	{ address = \"$(about .contracts.erc223)\"; symbol = \"CALL\"; decimals = 18; kind = \"erc223\"; },
	{ address = \"$(about .contracts.smt)\"; symbol = \"SMT\"; decimals = 18; kind = \"smt\";"
price='local = { up = "0"; down = "0"; }; internet = { up = "1"; down = "1"; };'
MORE_TARIFFS="{ id = 2; token = \"CALL\"; $price }, { id = 3; token = \"SMT\"; $price }"
MORE="portal = { wallet = \"$O/wallet\"; };"
box_config
# Of several tokens such amounts name each; none is needed here, nor a second node.
sed -i 's| second_rpc = "[^"]*"; second_above = "[^"]*";||' "$W/tsd.conf"
tsd_start
until_true 20 tsd_healthy || { sed 's/^/# /' "$W/tsd.log"; echo "Bail out! tsd does not start"; exit 1; }
until_true 20 following || { echo "Bail out! tsd does not follow the chain"; exit 1; }
scene_play chain.js
