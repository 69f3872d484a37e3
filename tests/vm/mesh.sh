#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the module does to a mesh with real batman-adv, inside the test VM and
# called by tests/vm/parts; the module is loaded when this begins.  TAP on
# stdout.  MESH_PHASES: which of the functions below run, all unless said;
# MESH_RELOADS: how often the module is unloaded under load (3).
set -uo pipefail
# shellcheck source=tests/vm/guest.sh
. "$TS_TOP/tests/vm/guest.sh"
# shellcheck source=tests/netns/net.sh
. "$TS_TOP/tests/netns/net.sh"
# shellcheck source=tests/vm/mesh_net.sh
. "$TS_TOP/tests/vm/mesh_net.sh"

MUCH=1000000000000

reaches() { in_ns "$1" ping -q -c 1 -W 1 "${2:-10.66.2.2}"; }

# gain COMMAND...: Return: status of the command; before and after are what
# "$measure" said
gain() {
	local status=0

	before=$($measure)
	"$@" >/dev/null 2>&1 || status=$?
	after=$($measure)
	return $status
}

# A and B know who is a gateway and where the routes go; C and D likewise.
tell() {
	local gw

	gw="$(mac c 1) behind $(mac c 9)"
	for box in $BOXES; do
		on "$box" tariff set 1 relay up 1 down 1 internet up 1 down 1 >/dev/null
		# shellcheck disable=SC2086
		on "$box" mesh gateways 'bat*' 1 $gw
	done
	b_a=$(neighbour $B "$A_MACS") b_c=$(neighbour $B "$(mac c 1)")
	on $B mesh routes 'bat*' 1 "$(mac a 1)" "$b_a" "$(mac d 2)" "$b_a" "$(mac c 1)" "$b_c"
	a_b=$(neighbour $A "$B_MACS") a_d=$(neighbour $A "$(mac d 2)")
	on $A mesh routes 'bat*' 1 "$(mac d 2)" "$a_d" "$(mac c 1)" "$a_b"
	c_b=$(neighbour $C "$(mac b 1)") c_d=$(neighbour $C "$(mac d 1)")
	on $C mesh routes 'bat*' 1 "$(mac a 1)" "$c_b" "$(mac d 2)" "$c_b"
	d_a=$(neighbour $D "$(mac a 3)") d_c=$(neighbour $D "$(mac c 2)")
	on $D mesh routes 'bat*' 1 "$(mac a 1)" "$d_a" "$(mac c 1)" "$d_c"
	on $B grant "$b_a" to $MUCH >/dev/null
	on $A grant "$a_d" to $MUCH >/dev/null
	on $C grant "$c_b" to $MUCH >/dev/null
	on $C grant "$c_d" to $MUCH >/dev/null
	on $D grant "$d_a" to $MUCH >/dev/null
}

# iperf NAME NAMESPACE ARG...
iperf() {
	check "$1" in_ns "$2" timeout 120 iperf3 --logfile /dev/null -c 10.66.2.2 \
		--connect-timeout 20000 "${@:3}"
}

# The requester pays in both directions, whoever sends; nobody twice.
payers() {
	local up down rx tx unrouted

	unrouted=$(on_devices $B .unrouted_bytes)
	iperf "TCP goes up" $K -n 200k
	iperf "TCP comes down" $K -n 200k -R
	iperf "UDP goes up" $K -u -b 2M -n 100k
	iperf "UDP comes down" $K -u -b 2M -n 100k -R
	links_agree "whole frames" a-b b-c c-b b-a
	up=$(counted $B "$A_MACS" rx_transit) down=$(counted $B "$(mac c 1)" rx_transit)
	is "what goes to a gateway the previous hop pays" "$(paid $B "$b_a" relay up)" "$up"
	is "what comes from it the neighbour towards the destination pays" \
		"$(paid $B "$b_a" relay down)" "$down"
	# TCP's bytes arrive; what UDP loses on the way here is nobody's.
	check "that is what was carried" test "$up" -gt 200000 -a "$down" -gt 200000
	is "the gateway's side pays nothing" \
		"$(on $B -j account show "$b_c" | jq '[.stats[]?.bytes | tonumber] | add // 0')" 0
	is "nothing passed unbilled" "$(on_devices $B .unrouted_bytes)" "$unrouted"
	rx=$((up + down))
	tx=$(counted $B "$A_MACS $(mac c 1)" tx_transit)
	is "what came in transit went on" "$tx" "$rx"
	is "the gateway bills what leaves the mesh" "$(paid $C "$c_b" internet up)" \
		"$(counted $C "$(mac b 1)" rx_exit)"
	is "... and what enters it, once" "$(paid $C "$c_b" internet down)" \
		"$(on $C -j mesh originators | jq '[.[].counts.exit_down.bytes | tonumber] | add')"
	check "... which is nearly all that it sent" test "$(paid $C "$c_b" internet down)" \
		-gt $((down - 2000))
}

# A and D are members: what one sends to the other its sender pays.
members() {
	check "D reaches the gateway through A and B" until_true 20 reaches $D
	measure="paid $A $a_d relay up" gain in_ns $D ping -q -c 3 -W 5 -s 500 10.66.2.2
	check "a member's way to a gateway it pays itself" test $((after - before)) -gt 1500
	measure="paid $A $a_b relay down" gain in_ns $D ping -q -c 3 -W 5 -s 500 10.66.2.2
	is "... and nobody else" "$before $after" "0 0"
}

mtu() { # BYTES BOX DEVICE BOX DEVICE...
	local bytes=$1
	shift
	while [ $# -gt 0 ]; do
		in_ns "$1" ip link set dev "$2" mtu "$bytes"
		shift 2
	done
}

# B cuts for C, and C for B, who puts together again.
fragments() {
	local up

	mtu 1000 $B bc $C cb
	iperf "TCP goes up in fragments" $K -n 100k
	iperf "TCP comes down in fragments" $K -n 100k -R
	links_agree "fragments" a-b b-c c-b b-a
	up=$(counted $B "$A_MACS" rx_transit)
	is "whole or not, the same pays" \
		"$(paid $B "$b_a" relay up) $(paid $B "$b_a" relay down)" \
		"$up $(counted $B "$(mac c 1)" rx_transit)"
	is "what leaves the mesh in fragments is billed" "$(paid $C "$c_b" internet up)" \
		"$(counted $C "$(mac b 1)" rx_exit)"
	mtu 1600 $B bc $C cb
}

# B cuts what C sent for D, so that A sees neither the gateway nor its address.
guesses() {
	local before_up before_down rx

	before_up=$(paid $A "$a_b" relay up) before_down=$(paid $A "$a_d" relay down)
	rx=$(counted $A "$B_MACS" rx_transit)
	mtu 1000 $A ab $A ab2 $B ba $B ba2
	iperf "TCP comes down, cut by a relay" $D -n 100k -R
	mtu 1600 $A ab $A ab2 $B ba $B ba2
	links_agree "cut by a relay" b-a a-d d-a
	check "fragments without a source were judged" \
		test "$(on_devices $A .guessed_bytes)" -gt 20000
	is "... as a download, all of them" \
		"$(paid $A "$a_b" relay up) $(($(paid $A "$a_d" relay down) - before_down))" \
		"$before_up $(($(counted $A "$B_MACS" rx_transit) - rx))"
}

# Whichever radio it uses, it is one neighbour.
radios() {
	local first second

	first=$(counted $B "$(mac a 1)" rx_transit) second=$(counted $B "$(mac a 2)" rx_transit)
	in_ns $B ip link set dev ba down
	check "without the first radio the second carries" \
		until_true 10 goes_by $A "$(mac c 1)" "$(mac b 3)"
	check "... traffic" until_true 10 reaches $K
	in_ns $B ip link set dev ba up
	in_ns $B ip link set dev ba2 down
	check "without the second the first" until_true 10 goes_by $A "$(mac c 1)" "$(mac b 2)"
	check "... traffic, too" until_true 10 reaches $K
	in_ns $B ip link set dev ba2 up
	check "both were used" test "$(counted $B "$(mac a 1)" rx_transit)" -gt "$first" \
		-a "$(counted $B "$(mac a 2)" rx_transit)" -gt "$second"
	is "one account paid for both" "$(paid $B "$b_a" relay up)" \
		"$(counted $B "$A_MACS" rx_transit)"
}

control_of_a() { counted $B "$A_MACS" rx_control; }
bcast_of_a() { counted $B "$A_MACS" rx_bcast; }
bcast_at_c() { counted $C "$(mac b 1)" rx_bcast; }
transit_of_a() { counted $B "$A_MACS $(mac c 1)" "rx_transit"; }
account_of_a() { on $B -j account show "$b_a"; }
grew() { [ "$($measure)" -gt "$before" ]; }

goes_by_b() { [[ " $B_MACS " == *" $(next_hop $A "$(mac c 1)") "* ]]; }

# Its window is over: its transit stops there, and nothing else does.
dry() {
	local window=20000 charged

	on $B account revoke "$b_a" >/dev/null
	charged=$(account_of_a | jq -r .charged_units)
	on $B grant "$b_a" to $((charged + window)) >/dev/null
	measure=transit_of_a gain in_ns $K sh -c 'ping -q -f -c 60 -s 1000 10.66.2.2
		ping -q -f -c 40 -s 16 10.66.2.2'
	check "a neighbour whose window is over gets no answer" not reaches $K
	after=$(transit_of_a)
	check "not a byte passed beyond it" test $((after - before)) -le $window
	check "... and all of it was used" test $((after - before)) -gt $((window - 100))
	is "what was charged is what passed" \
		"$(($(account_of_a | jq -r .charged_units) - charged))" $((after - before))
	measure=control_of_a gain sleep 2
	check "its routing protocol goes on" test "$after" -gt "$before"
	measure=bcast_at_c
	before=$($measure)
	in_ns $A ping -q -b -c 2 -W 1 10.77.0.255 >/dev/null 2>&1
	check "its broadcast goes on" until_true 5 grew
	check "it has its route" goes_by_b
	on $B grant "$b_a" to $((charged + MUCH)) >/dev/null
	check "it pays, and its traffic passes again" until_true 5 reaches $K
	check "... by the same route" goes_by_b
	on $B account set "$b_a" forbid >/dev/null
	check "a forbidden one has no transit" not reaches $K
	on $B account set "$b_a" normal >/dev/null
	check "allowed again, it has" until_true 5 reaches $K
}

not() { ! "$@" >/dev/null 2>&1; }

# What A sends by hand, to be relayed to C: type, version, ttl, a ttvn that is not
# old, dest, and a frame inside from A to C's device.
RELAYED="400f3240020000000c01020000000c09020000000a090800"

# forge COUNT DST SRC TAGS HEX
forge() { in_ns $A meshframe ab "$1" "$2" "$3" "$4" 200 "$5" >/dev/null; }

c_got_from_b() { got $C "$(mac b 1)"; }
c_got() { [ "$(c_got_from_b)" -ge $((before + $1)) ]; }

# What batman-adv would take, and we might not have looked at.
bypasses() {
	local form name dst tags hex charged
	local forms=(
		"to the other radio's address|$(mac b 3)|0|$RELAYED"
		"behind a tag|$(mac b 2)|1|$RELAYED"
		"of a type that nobody knows|$(mac b 2)|0|4a${RELAYED#40}"
		"with its source|$(mac b 2)|0|420f3240020000000c01020000000a010100020000000c09020000000a090800"
	)

	for form in "${forms[@]}"; do
		IFS='|' read -r name dst tags hex <<<"$form"
		before=$(c_got_from_b) charged=$(paid $B "$b_a" relay up)
		forge 100 "$dst" "$(mac a 1)" "$tags" "$hex"
		check "a frame $name is relayed" until_true 5 c_got $((100 * 214))
		check "... and billed" test "$(paid $B "$b_a" relay up)" -ge $((charged + 100 * 214))
	done
	before=$(on_devices $B .drops.malformed)
	forge 20 "$(mac b 2)" "$(mac a 1)" 2 $RELAYED
	forge 20 "$(mac b 2)" "$(mac a 1)" 3 $RELAYED
	is "frames behind several tags are dropped" \
		"$(($(on_devices $B .drops.malformed) - before))" 40
	on $B account set "$b_a" forbid >/dev/null
	sleep 1
	before=$(c_got_from_b)
	for form in "${forms[@]}"; do
		IFS='|' read -r name dst tags hex <<<"$form"
		forge 100 "$dst" "$(mac a 1)" "$tags" "$hex"
	done
	sleep 1
	check "none of them is relayed for who may not" \
		test "$(c_got_from_b)" -lt $((before + 50 * 214))
	on $B account set "$b_a" normal >/dev/null
}

# A hundred addresses get nothing, cost nothing and push nobody out.
invented() {
	local memory refused from

	memory=$(on $B -j status | jq .memory_bytes)
	refused=$(on_devices $B .drops.stranger)
	from=$(control_of_a)
	before=$(c_got_from_b)
	forge 100 "$(mac b 2)" invented 0 $RELAYED
	forge 3000 "$(mac b 2)" invented 0 $RELAYED
	check "invented addresses are refused" \
		test $(($(on_devices $B .drops.stranger) - refused)) -ge 3000
	check "... all of them" test "$(c_got_from_b)" -lt $((before + 20 * 214))
	is "... for no memory" "$(on $B -j status | jq .memory_bytes)" "$memory"
	check "... in a bounded list" test \
		"$(on $B -j mesh neighbours | jq '[.[] | select(.account == 0)] | length')" -le 256
	check "... and a neighbour's counters are still there" test "$(control_of_a)" -ge "$from"
	check "who pays passes" until_true 5 reaches $K
}

# BCAST 0x01: version, ttl, reserved, a sequence number, an originator.
storm() {
	local refused

	refused=$(on_devices $B .drops.policed)
	in_ns $A meshframe ab 6000 ff:ff:ff:ff:ff:ff "$(mac a 1)" 0 200 \
		010f320000000001020000000f01ffffffffffff020000000f090806 >/dev/null
	check "a broadcast storm is cut" test "$(on_devices $B .drops.policed)" -gt "$refused"
	measure=control_of_a gain sleep 1
	check "... the routing protocol is not" test "$after" -gt "$before"
	check "... nor is who pays" until_true 5 reaches $K
	refused=$(on_devices $B .coded_packets)
	forge 5 "$(mac b 2)" "$(mac a 1)" 0 020f32
	forge 5 "$(mac b 2)" "$(mac a 1)" 0 "020f$(printf '%088d' 0)"
	check "network coding is dropped" test $(($(on_devices $B .coded_packets) - refused)) -ge 5
}

# Nobody waits for the daemon: a table is replaced between two frames.
tables() {
	check "an older table is refused" not on $B mesh routes 'bat*' 0
	on $B mesh gateways 'bat*' 7 "$(mac c 1)" behind "$(mac c 9)"
	check "... and told why" grep -q "higher GENERATION" \
		<(on $B mesh gateways 'bat*' 6 "$(mac c 1)" 2>&1)
	on $B mesh routes 'bat*' 8 "$(mac c 1)" "$b_c"
	measure="on_devices $B .unrouted_bytes" gain in_ns $K ping -q -c 3 -W 5 10.66.2.2
	check "without a route a download passes, unbilled and counted" \
		test $((after - before)) -ge 300
	on $B mesh routes 'bat*' 9 "$(mac a 1)" none "$(mac c 1)" "$b_c"
	check "with one that nobody pays it does not" not reaches $K
	on $B mesh routes 'bat*' 10 "$(mac a 1)" "$b_c" "$(mac c 1)" "$b_c"
	check "with one that is dry neither" not reaches $K
	on $B mesh routes 'bat*' 11 "$(mac a 1)" "$b_a" "$(mac d 2)" "$b_a" "$(mac c 1)" "$b_c"
	check "with one that pays it does" until_true 5 reaches $K
}

devices() {
	check "a lower device cannot be an access port" not on $B port add ba meter nf
	on $D port add 'q*' meter nf >/dev/null
	in_ns $D ip link add name q0 type veth peer name q1
	check "an access port cannot join the mesh" not in_ns $D ip link set dev q0 master bat0
	on $D port del 'q*'
	check "... one that is none can" in_ns $D ip link set dev q0 master bat0
	check "... and is metered" grep -q '^q0: of mesh bat0' <(on $D mesh show)
	in_ns $D ip link del q0
	check "... until it goes" not grep -q '^q0:' <(on $D mesh show)
	in_ns $D ip link add name batx type dummy
	check "a device of another kind is not claimed, and it is said" \
		grep -q "batx: not metered: not of kind batadv" <(on $D mesh show)
	in_ns $D ip link del batx
	# Up, a device keeps its name on 6.1.
	in_ns $D ip link set dev bat0 down
	in_ns $D ip link set dev bat0 name mesh0
	check "a mesh under another name is nobody's" not grep -q '^da:' <(on $D mesh show)
	in_ns $D ip link set dev mesh0 name bat0
	in_ns $D ip link set dev bat0 up
	check "... and back again" grep -q '^da: of mesh bat0' <(on $D mesh show)
}

dc_carries() { [ "$(counted $C "$(mac d 1)" rx_exit)" -gt 0 ]; }

# The flow changes to D in the middle, where it is paid as well.
reroute() {
	local flow

	in_ns $D ip link set dev dc up
	start in_ns $K timeout 240 iperf3 -c 10.66.2.2 -b 1M -n 1M --connect-timeout 20000 \
		>/dev/null 2>&1
	flow=${pids[-1]}
	sleep 1
	in_ns $B ip link set dev bc down
	check "the flow changes to the other path" until_true 20 dc_carries
	check "... and ends well" wait "$flow"
	links_agree "another path" a-d d-c c-d d-a
	is "its relay is paid" "$(paid $D "$d_a" relay up) $(paid $D "$d_a" relay down)" \
		"$(counted $D "$(mac a 3)" rx_transit) $(counted $D "$(mac c 2)" rx_transit)"
	in_ns $B ip link set dev bc up
	in_ns $D ip link set dev dc down
	check "the first path comes back" until_true 20 goes_by $B "$(mac c 1)" "$(mac c 1)"
}

unload() {
	local i

	start in_ns $K timeout 240 iperf3 -c 10.66.2.2 -p 5302 -u -b 0 -t 230 >/dev/null 2>&1
	start in_ns $K timeout 240 iperf3 -c 10.66.2.2 -t 230 -R >/dev/null 2>&1
	for ((i = 1; i <= ${MESH_RELOADS:-3}; i++)); do
		sleep 0.5
		rmmod tokenswitch && guest_load && on $B mesh add 'bat*' && on $C mesh add 'bat*' exit ||
			break
	done
	is "the module goes and comes under load" "$i" $((${MESH_RELOADS:-3} + 1))
	for i in "${pids[@]}"; do stop "$i"; done
	pids=()
}

modprobe -a batman_adv veth dummy
mesh_up
start in_ns $S iperf3 -s >/dev/null
start in_ns $S iperf3 -s -p 5302 >/dev/null
check "the mesh finds its ways" until_true 20 goes_by $B "$(mac a 1)" "$(mac a 1)"
check "a stranger's transit does not pass" not reaches $K
tell
check "a neighbour's does" until_true 20 reaches $K
for phase in ${MESH_PHASES:-payers members fragments guesses radios dry bypasses invented storm \
		tables devices reroute unload}; do
	start=$SECONDS
	$phase
	note "$phase took $((SECONDS - start)) s"
done
for ns in $K $BOXES $S; do ip netns del "$ns"; done
done_testing
