#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A box has a mirror, and dies; its wallet closes without any proof, and the mirror
# shows the newest one in the second half of the window, killed (-9) on the way.  What
# is on the chain in the end is what the box's ledger says (M3).
. "$(dirname "$0")/box.sh"
M=$W/mirror
MIRROR=http://10.66.2.2:2050

mirror_down() {
	in_ns $S tsctl -d bpf meter destroy >/dev/null 2>&1
	net_down
	rm -rf "$W"
}
trap mirror_down EXIT

mirror_config() {
	mkdir -p "$M"
	cheapkey "$M/key" "$W/pass" "$(about '.accounts[3].private_key[2:]')" >/dev/null
	cat >"$M/tsd.conf" <<-CONF
	run_dir = "$M"; state_dir = "$M";
	key = { file = "$M/key"; passphrase_file = "$W/pass"; };
	chain = { id = $(about .chain_id); tokens_network = "$(about .contracts.tokens_network)";
		tokens = ( { address = "$(about .contracts.erc20)"; symbol = "MESH"; decimals = 18; } );
		rpc = "$(about .rpc)"; poll_seconds = 1; confirmations = $CONFIRMATIONS; };
	listen = { http = [ "10.66.2.2:2050" ]; photon = "10.66.2.2:40001"; };
	meter = { driver = "bpf"; };
	ports = ( { pattern = "no-such-port"; meter = "tc"; } );
	tariffs = ( { id = 1; local = { up = "0"; down = "0"; }; internet = { up = "1"; down = "1"; }; } );
	mirror_for = ( "$(wallet address 1)" );
	CONF
}
mirror_start() {
	nsenter --net=/run/netns/$S -- tsd -c "$M/tsd.conf" >>"$M/tsd.log" 2>&1 &
	mirror_pid=$!
	pids+=($mirror_pid)
}
mirror_kill() { kill -9 $mirror_pid; wait $mirror_pid 2>/dev/null; true; }
mctl() { in_ns $S tsctl -j -c "$M/tsd.conf" "$@"; }
mirror_follows() { [ "$(mctl chain status | jq -r .state)" = at-head ]; }
# A poll after it has taken the newest block.
mirror_has_seen_all() {
	local height

	height=$(in_ns $R curl -s -H 'Content-Type: application/json' \
		-d '{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}' "$(about .rpc)" | jq -r .result)
	[ "$(mctl chain status | jq .seen_block)" -ge $((height)) ] && sleep 2
}
mirror_said() { grep -q "$1" "$M/tsd.log"; }

# Of the one channel that there is.
kept() { mctl mirror list | jq -e --argjson n "$1" '.mirrored | length == 1 and .[0].nonce == $n'; }
is_there() { ctl mirror list | jq -e '.mirrors[0].channels == 1 and .mirrors[0].kept == 1'; }
sees() { mctl mirror list | jq -e --arg s "$1" '.mirrored[0].state == $s'; }
forgotten() { mctl mirror list | jq -e '.mirrored == []'; }
shown_nonce() { wallet channel 0 1 | cut -d' ' -f2; }
shows() { [ "$(shown_nonce)" = "$1" ]; }
# So many blocks until settle_block.
window() { echo $(($(wallet channel 0 1 | cut -d' ' -f3) - 258)); }
post() { in_ns $R curl -s -m $((3 * PATIENCE)) -H 'Content-Type: application/octet-stream' --data-binary "$2" "$1/v1/mirror" | jq -r .error; }

chain_up --listen 10.66.2.1
wallet_up
box_config
cat >>"$W/tsd.conf" <<-CONF
	mirrors = ( { url = "$MIRROR"; address = "$(wallet address 3)"; } );
	mirror_seconds = 1;
CONF
mirror_config
tsd_start
mirror_start
serving
check "the box follows the chain" until_true 20 following
check "its mirror does" until_true 20 mirror_follows

box=$(wallet balance 1) wallet=$(wallet balance 0)
block=$(wallet open 0 1 $TOKENS $TIMEOUT)
mine $CONFIRMATIONS
check "a channel" until_true 20 credited "$block"
check "a payment" pay 0.05
check "its proof is mirrored" until_true 20 kept 1
check "another payment" pay 0.05
check "the newer proof takes its place" until_true 20 kept 2
check "which the box knows" until_true 20 is_there
paid=$(paid "$block")
is "junk is refused" "$(post $MIRROR junk)" bad_mirror
is "who is nobody's mirror says so" "$(post $BOX junk)" no_mirror

tsd_kill
mirror_kill
mirror_start
check "a mirror that was killed has it still" until_true 20 kept 2
check "and follows the chain" until_true 20 mirror_follows
wallet close 0 1
check "it sees the close" until_true 20 sees closed
mine $(($(window) - TIMEOUT / 2 - 2))
check "in the first half of the window" until_true 20 mirror_has_seen_all
is "it shows nothing" "$(shown_nonce)" 0
is "and notes nothing" "$(mctl chain status | jq '.transactions | length')" 0
mine 3
check "then it notes what it will send" until_true 20 mirror_said "mirror-update of channel .* is to be sent"
mirror_kill
mirror_start
check "killed there, it shows the newest proof" until_true 30 shows 2
check "it is confirmed" mine_until 30 mirror_said "mirror-update, transaction .*: done"
is "it was needed once" "$(grep -c 'mirror-update, transaction .*: done' "$M/tsd.log")" 1

tsd_start
check "the box is back" until_true 20 tsd_healthy
mine $(($(wallet channel 0 1 | cut -d' ' -f3) + TURN))
check "it settles" until_true 60 settled
check "all is confirmed" mine_until 60 nothing_under_way
is "the box has what its ledger says" "$(difference "$(wallet balance 1)" "$box")" "$paid"
is "the wallet has the rest" "$(difference "$wallet" "$(wallet balance 0)")" "$paid"
check "the mirror forgets it" mine_until 30 forgotten
is "no transaction of the mirror failed" "$(grep -c 'transaction .*: failed' "$M/tsd.log")" 0
[ "$n_failed" = 0 ] || sed 's/^/# mirror: /' "$M/tsd.log"
box_done
