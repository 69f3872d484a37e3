#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the meter costs a frame that a mesh relays, inside the test VM (boot -c,
# where a nanosecond is an instruction).  A sends frames by hand, B relays them,
# C drops what is inside: the path of a frame is as short as it can be, so the
# meter's part of it is the largest.
set -uo pipefail
# shellcheck source=tests/vm/guest.sh
. "$TS_TOP/tests/vm/guest.sh"
# shellcheck source=tests/netns/net.sh
. "$TS_TOP/tests/netns/net.sh"
export PATIENCE=10
guest_init
guest_load || exit 1
modprobe -a batman_adv veth
# shellcheck source=tests/vm/mesh_net.sh
. "$TS_TOP/tests/vm/mesh_net.sh"

FRAMES=10000 LENGTH=1400
RELAYED="400f3240020000000c01020000000c09020000000a090800"

# round: instructions of a frame
round() {
	echo $(($(in_ns $A meshframe ab $FRAMES "$(mac b 2)" "$(mac a 1)" 0 $LENGTH $RELAYED) / FRAMES))
}

mesh_up
until_true 20 goes_by $B "$(mac c 1)" "$(mac c 1)" || { echo "no mesh"; exit 1; }
for box in $BOXES; do on "$box" mesh del 'bat*'; done
on $B tariff set 1 relay up 1 down 1 >/dev/null
id=$(neighbour $B "$A_MACS")
on $B grant "$id" to 1000000000000000 >/dev/null
round >/dev/null
for _ in 1 2 3; do
	without=$(round)
	on $B mesh add 'bat*'
	on $B mesh gateways 'bat*' 1 "$(mac c 1)" behind "$(mac c 9)"
	on $B mesh routes 'bat*' 1 "$(mac a 1)" "$id"
	with=$(round)
	on $B mesh del 'bat*'
	echo "a frame of $((LENGTH + 14)) bytes, relayed: $without instructions without the meter, $with with it: $((with - without)) more, throughput $(awk "BEGIN { printf \"%.3f\", $without / $with }")"
done
echo "bytes billed: $(paid $B "$id" relay up)"
