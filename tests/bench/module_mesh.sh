#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the module's meter of a mesh costs a frame that is relayed, and what else could
# hook there, inside the test VM: module_mesh.sh instructions|time
#
# A sends frames by hand, B relays them, C drops what is inside: the path of a frame is
# as short as it can be, so the meter's part of it is the largest.  All ways are at the
# same devices of B, one after the other.
set -uo pipefail
# shellcheck source=tests/bench/guest.sh
. "$TS_TOP/tests/bench/guest.sh"
guest_bench "$1"
guest_load
modprobe -a batman_adv veth
# shellcheck source=tests/vm/mesh_net.sh
. "$TS_TOP/tests/vm/mesh_net.sh"

LENGTH=1400 ROUNDS=3
RELAYED="400f3240020000000c01020000000c09020000000a090800"
WAYS="none empty chain mesh"

frames() {
	in_ns $A meshframe ab $FRAMES "$(mac b 2)" "$(mac a 1)" 0 $LENGTH $RELAYED |
		awk -v n=$FRAMES '{ print $1 / n }'
}

way_on() {
	case $1 in
	empty) in_ns $B insmod "$EMPTY_HOOK" devices=bc,ba,ba2 ;;
	chain)
		in_ns $B nft -f - <<-END
		table netdev bench {
			chain i { type filter hook ingress devices = { bc, ba, ba2 } priority 0; }
			chain e { type filter hook egress devices = { bc, ba, ba2 } priority 0; }
		}
		END
		;;
	mesh)
		on $B mesh add 'bat*'
		on $B mesh gateways 'bat*' 1 "$(mac c 1)" behind "$(mac c 9)"
		on $B mesh routes 'bat*' 1 "$(mac a 1)" "$id" ;;
	esac
}

way_off() {
	case $1 in
	empty) rmmod empty_hook ;;
	chain) in_ns $B nft delete table netdev bench ;;
	mesh) on $B mesh del 'bat*' ;;
	esac
}

mesh_up
until_true 20 goes_by $B "$(mac c 1)" "$(mac c 1)" || { echo "no mesh" >&2; exit 1; }
for box in $BOXES; do on "$box" mesh del 'bat*'; done
on $B tariff set 1 relay up 1 down 1 >/dev/null
id=$(neighbour $B "$A_MACS")
on $B grant "$id" to 1000000000000000 >/dev/null
frames >/dev/null
for ((round = 0; round < ROUNDS; round++)); do
	for way in $WAYS; do
		way_on "$way"
		took[$way]+=$(least frames)
		way_off "$way"
	done
done
what="a frame of $((LENGTH + 14)) bytes, relayed"
# shellcheck disable=SC2086
compare "$what" none ${WAYS#none }
[ "$unit" = time ] || row "$what: throughput with the meter" ratio \
	"$(each 'a / b' "${took[none]}" "${took[mesh]}")"
got=$(paid $B "$id" relay up) want=$(((LENGTH + 14) * FRAMES * runs * ROUNDS))
[ "$got" = $want ] || { echo "module: $got bytes were billed, not $want" >&2; exit 1; }
