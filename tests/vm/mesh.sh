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
# shellcheck source=tests/vm/mesh_hostile.sh
. "$TS_TOP/tests/vm/mesh_hostile.sh"

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

# tell_gateways BOX [GENERATION]
tell_gateways() { on "$1" mesh gateways 'bat*' "${2:-1}" "$(mac c 1)" behind "$(mac c 9)"; }

# tell_b [GENERATION]: who is a gateway, and where its routes go
tell_b() {
	tell_gateways $B "${1:-1}"
	on $B mesh routes 'bat*' "${1:-1}" "$(mac a 1)" "$b_a" "$(mac d 2)" "$b_a" "$(mac c 1)" "$b_c"
}

# Its neighbours, who have not paid yet.
meet_b() { b_a=$(neighbour $B "$A_MACS") b_c=$(neighbour $B "$(mac c 1)"); }

tell() {
	for box in $BOXES; do
		on "$box" tariff set 1 relay up 1 down 1 internet up 1 down 1 >/dev/null
		tell_gateways "$box"
	done
	meet_b
	tell_b
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
	# With its account a neighbour's counters begin anew, at each end at a time of its own.
	links_mark a-b b-a b-c c-b a-d d-a d-c c-d
}

# iperf NAME NAMESPACE ARG...: what its sender has not sent yet when its last byte is
# written never comes
iperf() {
	check "$1" in_ns "$2" timeout 120 iperf3 --logfile /dev/null -c 10.66.2.2 \
		--connect-timeout 20000 "${@:3}"
}

# carry NAME NAMESPACE UP DOWN: so many bytes by TCP to the server, and then from it; all
# of them come
carry() {
	check "$1" in_ns "$2" timeout 120 python3 "$TS_TOP/tests/vm/carry.py" 10.66.2.2 "$3" "$4"
}

# A and C know each other's addresses: no question of theirs passes B, paid for, whenever
# it likes.
hush_arp() {
	in_ns $A ip neigh replace 10.77.0.3 lladdr "$(mac c 9)" dev bat0 nud permanent
	in_ns $C ip neigh replace 10.77.0.1 lladdr "$(mac a 9)" dev bat0 nud permanent
}

# The requester pays in both directions, whoever sends; nobody twice.
payers() {
	local up down rx tx unrouted

	hush_arp
	unrouted=$(on_devices $B .unrouted_bytes)
	carry "TCP goes up" $K 204800 0
	carry "TCP comes down" $K 0 204800
	iperf "UDP goes up" $K -u -b 2M -n 100k
	iperf "UDP comes down" $K -u -b 2M -n 100k -R
	links_agree "whole frames" a-b b-c c-b b-a
	up=$(counted $B "$A_MACS" rx_transit) down=$(counted $B "$(mac c 1)" rx_transit)
	is "what goes to a gateway the previous hop pays" "$(paid $B "$b_a" relay up)" "$up"
	is "what comes from it the neighbour towards the destination pays" \
		"$(paid $B "$b_a" relay down)" "$down"
	# What UDP loses on the way here is nobody's.
	check "that is what was carried" test "$up" -gt 204800 -a "$down" -gt 204800
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
	is "what A counts as bought is what B bills it for" \
		"$(counted $A "$B_MACS" bought_relay_up) $(counted $A "$B_MACS" bought_relay_down)" \
		"$up $(paid $B "$b_a" relay down)"
	is "what B counts as bought is what C bills it for" \
		"$(counted $B "$(mac c 1)" bought_exit_up) $(counted $B "$(mac c 1)" bought_exit_down)" \
		"$(paid $C "$c_b" internet up) $(paid $C "$c_b" internet down)"
	is "nothing else is bought" \
		"$(counted $A "$B_MACS" "bought_exit_up bought_exit_down") $(counted $B "$(mac c 1)" "bought_relay_up bought_relay_down") $(counted $B "$A_MACS" "bought_relay_up bought_relay_down bought_exit_up bought_exit_down") $(counted $C "$(mac b 1)" "bought_relay_up bought_relay_down bought_exit_up bought_exit_down")" \
		"0 0 0 0"
	check "... which is nearly all that it sent" test "$(paid $C "$c_b" internet down)" \
		-gt $((down - 2000))
}

seen_of_client() { in_ns $A ip -j -s link show dev ak | jq -r ".[0].stats64.rx.$1"; }
own_of_a() { counted $A "$B_MACS" tx_own; }

# What a client sent, its box sent with 24 bytes more for each frame.
overhead() {
	local k_mac a_mac own bytes packets

	k_mac=$(in_ns $K ip -j link show dev k0 | jq -r '.[0].address')
	a_mac=$(in_ns $A ip -j link show dev ak | jq -r '.[0].address')
	# No frame but those of the client.
	in_ns $K ip neigh replace 10.66.1.1 lladdr "$a_mac" dev k0 nud permanent
	in_ns $A ip neigh replace 10.66.1.2 lladdr "$k_mac" dev ak nud permanent
	hush_arp
	own=$(own_of_a) bytes=$(seen_of_client bytes) packets=$(seen_of_client packets)
	in_ns $K sh -c 'ping -q -i 0.05 -c 30 -s 700 10.66.2.2; ping -q -i 0.05 -c 30 10.66.2.2' \
		>/dev/null
	packets=$(($(seen_of_client packets) - packets))
	check "a client sent frames" test "$packets" -ge 60
	is "its box sent each with 24 bytes more" $(($(own_of_a) - own)) \
		$(($(seen_of_client bytes) - bytes + 24 * packets))
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
	carry "TCP goes up in fragments" $K 102400 0
	carry "TCP comes down in fragments" $K 0 102400
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
	carry "TCP comes down, cut by a relay" $D 0 102400
	mtu 1600 $A ab $A ab2 $B ba $B ba2
	links_agree "cut by a relay" b-a a-d d-a
	check "fragments without a source were judged" \
		test "$(on_devices $A .guessed_bytes)" -gt 20000
	is "... as a download, all of them" \
		"$(paid $A "$a_b" relay up) $(($(paid $A "$a_d" relay down) - before_down))" \
		"$before_up $(($(counted $A "$B_MACS" rx_transit) - rx))"
}

# One in seven frames of A, and of those that B relays, is lost on the way.
lossy() {
	lose $A ab "$(mac b 2)" 7
	lose $A ab2 "$(mac b 3)" 7
	lose $B bc "$(mac c 1)" 7
	# iperf3 would wait for a datagram that is lost.
	in_ns $K bash -c 'for _ in {1..100}; do head -c 1000 /dev/zero >/dev/udp/10.66.2.2/9; done' \
		2>/dev/null
	iperf "TCP goes up, with losses" $K -n 40k
	check "frames were lost" test "$(lost $A ab ab2)" -gt 5000 -a "$(lost $B bc)" -gt 5000
	links_agree "with losses" a-b b-c c-b b-a
	is "what was lost before it came nobody pays" "$(paid $B "$b_a" relay up)" \
		"$(counted $B "$A_MACS" rx_transit)"
	found $A ab
	found $A ab2
	found $B bc
	links_mark a-b b-c
}

# Whichever radio it uses, it is one neighbour.
radios() {
	local first second

	first=$(counted $B "$(mac a 1)" rx_transit) second=$(counted $B "$(mac a 2)" rx_transit)
	in_ns $B ip link set dev ba down
	check "without the first radio the second carries" \
		until_true 10 goes_by $A "$(mac c 1)" "$(mac b 3)"
	check "... traffic" until_true 10 reaches $K
	# What was sent before the route changed is lost, and nobody knows how much.
	links_mark a-b b-a
	in_ns $K ping -q -c 5 -i 0.1 -s 600 10.66.2.2 >/dev/null
	links_agree "the second radio" a-b b-a
	in_ns $B ip link set dev ba up
	in_ns $B ip link set dev ba2 down
	check "without the second the first" until_true 10 goes_by $A "$(mac c 1)" "$(mac b 2)"
	check "... traffic, too" until_true 10 reaches $K
	links_mark a-b b-a
	in_ns $K ping -q -c 5 -i 0.1 -s 600 10.66.2.2 >/dev/null
	links_agree "the first radio" a-b b-a
	in_ns $B ip link set dev ba2 up
	check "both were used" test "$(counted $B "$(mac a 1)" rx_transit)" -gt "$first" \
		-a "$(counted $B "$(mac a 2)" rx_transit)" -gt "$second"
	is "one account paid for both" "$(paid $B "$b_a" relay up)" \
		"$(counted $B "$A_MACS" rx_transit)"
}

# By the other rule each box pays what it sends.
senders() {
	local up down back got_a got_c

	on $B mesh del 'bat*'
	on $B mesh add 'bat*' payer sender
	tell_b
	on $B grant "$b_c" to $MUCH >/dev/null
	links_mark a-b b-c c-b b-a
	up=$(paid $B "$b_a" relay up) down=$(paid $B "$b_a" relay down)
	back=$(paid $B "$b_c" relay up)
	got_a=$(counted $B "$A_MACS" rx_transit) got_c=$(counted $B "$(mac c 1)" rx_transit)
	iperf "UDP goes up, by the sender's rule" $K -u -b 2M -n 50k
	carry "TCP comes down, by the sender's rule" $K 0 51200
	links_agree "the sender's rule" a-b b-c c-b b-a
	is "who sends pays, both ways" \
		"$(($(paid $B "$b_a" relay up) - up)) $(($(paid $B "$b_c" relay up) - back))" \
		"$(($(counted $B "$A_MACS" rx_transit) - got_a)) $(($(counted $B "$(mac c 1)" rx_transit) - got_c))"
	is "who gets does not" "$(paid $B "$b_a" relay down) $(paid $B "$b_c" relay down)" "$down 0"
	on $B account revoke "$b_c" >/dev/null
	on $B mesh del 'bat*'
	on $B mesh add 'bat*'
	tell_b
	links_mark a-b b-c c-b b-a
}

control_of_a() { counted $B "$A_MACS" rx_control; }
bcast_of_a() { counted $B "$A_MACS" rx_bcast; }
bcast_at_c() { counted $C "$(mac b 1)" rx_bcast; }
transit_of_a() { counted $B "$A_MACS $(mac c 1)" "rx_transit"; }
# refill ACCOUNT of B's, whatever was taken from it before
refill() {
	on $B grant "$1" to $(($(on $B -j account show "$1" | jq -r .charged_units) + MUCH)) >/dev/null
}
account_of_a() { on $B -j account show "$b_a"; }
charged_is_passed() {
	[ $(($(account_of_a | jq -r .charged_units) - charged)) = $(($(transit_of_a) - before)) ]
}
grew() { [ "$($measure)" -gt "$before" ]; }

goes_by_b() { [[ " $B_MACS " == *" $(next_hop $A "$(mac c 1)") "* ]]; }

# Its window is over: its transit stops there, and nothing else does.
dry() {
	local window=20000 charged

	hush_arp
	on $B account revoke "$b_a" >/dev/null
	charged=$(account_of_a | jq -r .charged_units)
	on $B grant "$b_a" to $((charged + window)) >/dev/null
	measure=transit_of_a gain in_ns $K sh -c 'ping -q -f -c 60 -s 1000 10.66.2.2
		ping -q -f -c 40 -s 16 10.66.2.2'
	check "a neighbour whose window is over gets no answer" not reaches $K
	after=$(transit_of_a)
	check "not a byte passed beyond it" test $((after - before)) -le $window
	check "... and all of it was used" test $((after - before)) -gt $((window - 100))
	# A last small frame may be between both readings.
	check "what was charged is what passed" until_true 2 charged_is_passed
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

flow_at_b() {
	echo $(($(counted $B "$A_MACS" "rx_transit rx_refused") +
		214 * $(on_devices $B .unparsed_packets)))
}
flow_came() { [ "$(flow_at_b)" -ge $((before + 4280)) ]; }
flow_counts() {
	paid $B "$b_a" relay up
	paid $B "$b_a" relay down
	paid $B "$b_c" relay down
	counted $B "$(mac c 1)" bought_exit_up
}

# flow NAME UP DOWN DOWN-C BOUGHT: twenty frames with the same bytes as all of its
# frames: what A pays for them, up and down, what C, and what B has bought.  With $unseen
# nothing at B counts them, so there is nothing to wait for.  Between two flows nothing
# else is paid.
flow() {
	local was=("${flow_was[@]}") now i

	before=$(flow_at_b)
	forge 20 "$(mac b 2)" "$(mac a 1)" 0 $RELAYED
	[ -n "${unseen:-}" ] || until_true 3 flow_came
	sleep 0.5
	mapfile -t now < <(flow_counts)
	flow_was=("${now[@]}")
	for i in "${!now[@]}"; do now[i]=$((now[i] - was[i])); done
	is "$1" "${now[*]}" "${*:2}"
}

# A decision is kept for the frames that follow, but not beyond what it came from.
flows() {
	hush_arp
	tell_b 20
	refill "$b_c"
	mapfile -t flow_was < <(flow_counts)
	flow "a flow is paid for" 4280 0 0 4280
	flow "... and goes on" 4280 0 0 4280
	on $B account set "$b_a" forbid >/dev/null
	flow "its payer is forbidden" 0 0 0 0
	on $B account set "$b_a" normal trusted >/dev/null
	flow "... trusted" 4280 0 0 4280
	on $B account set "$b_a" normal >/dev/null
	on $B account revoke "$b_a" >/dev/null
	flow "... dry" 0 0 0 0
	refill "$b_a"
	flow "... and pays again" 4280 0 0 4280
	on $B mesh gateways 'bat*' 21
	flow "its destination is no gateway any more" 4280 0 0 0
	on $B mesh gateways 'bat*' 22 "$(mac a 1)" behind "$(mac a 9)"
	flow "its source is one" 0 0 4280 0
	on $B mesh routes 'bat*' 21 "$(mac a 1)" "$b_a" "$(mac c 1)" none
	flow "nobody pays by its route" 0 0 0 0
	on $B mesh routes 'bat*' 22 "$(mac a 1)" "$b_a" "$(mac c 1)" "$b_a"
	flow "another does" 0 4280 0 0
	tell_b 23
	flow "all is as it was" 4280 0 0 4280
	on $B account set "$b_a" mac "$(mac a 2)" zone bat0 >/dev/null
	flow "its sender is a stranger" 0 0 0 0
	on $B account set "$b_a" mac "$(mac a 1)" zone bat0 mac "$(mac a 2)" zone bat0 >/dev/null
	flow "... and known again" 4280 0 0 4280
	in_ns $B ip link set dev ba address "$(mac b 7)"
	unseen=1 flow "it is to somebody else" 0 0 0 0
	in_ns $B ip link set dev ba address "$(mac b 2)"
	flow "... and to the box again" 4280 0 0 4280
	on $B account revoke "$b_c" >/dev/null
	links_mark a-b b-c c-b b-a
}

devices() {
	check "a lower device cannot be an access port" not on $B port add ba meter nf
	on $D port add 'q*' meter nf >/dev/null
	in_ns $D ip link add name q0 type veth peer name q1
	check "an access port cannot join the mesh" not in_ns $D ip link set dev q0 master bat0
	on $D port del 'q*'
	check "... one that is none can" in_ns $D ip link set dev q0 master bat0
	check "... and is metered" grep -q '^q0: of mesh bat0' <(on $D mesh show)
	goes_away q0
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
	on_a_vlan
	on_a_macvlan
}

# B forgets everything, as a box that was without power: from 0, and by itself.
reboot() {
	local d

	for d in ba ba2 bc; do in_ns $B ip link set dev $d down; done
	on $B mesh del 'bat*'
	in_ns $B ip link del bat0
	on $B account close "$b_a" >/dev/null
	on $B account close "$b_c" >/dev/null
	is "B has forgotten" "$(on $B -j mesh neighbours | jq length)" 0
	on $B mesh add 'bat*'
	meet_b
	tell_b
	on $B grant "$b_a" to $MUCH >/dev/null
	links_mark a-b b-c c-b b-a
	box_up b bc ba ba2
	check "the mesh finds its ways again" until_true 20 goes_by_b
	check "... and carries" until_true 20 reaches $K
	carry "TCP goes up again" $K 102400 0
	iperf "UDP comes down again" $K -u -b 2M -n 50k -R
	links_agree "after a reboot" a-b b-c c-b b-a
	is "it is paid for what it carried since" \
		"$(paid $B "$b_a" relay up) $(paid $B "$b_a" relay down)" \
		"$(counted $B "$A_MACS" rx_transit) $(counted $B "$(mac c 1)" rx_transit)"
}

paid_at_d() { [ "$(paid $D "$d_a" relay up)" -ge $((before + $1)) ]; }
# billed_once NAME DEVICE MAC: fifty frames from A's DEVICE to one of D's
billed_once() {
	before=$(paid $D "$d_a" relay up)
	in_ns $A meshframe "$2" 50 "$3" "$(mac a 3)" 0 200 $RELAYED >/dev/null
	until_true 5 paid_at_d $((50 * 214))
	sleep 1
	is "$1" $(($(paid $D "$d_a" relay up) - before)) $((50 * 214))
}

# A VLAN device on a lower device may be a lower device, too.
on_a_vlan() {
	in_ns $A ip link add link ad name ad10 address "$(mac a 5)" type vlan id 10
	in_ns $A ip link set dev ad10 up
	in_ns $D ip link add link da name da10 address "$(mac d 5)" type vlan id 10
	in_ns $D ip link set dev da10 master bat0
	in_ns $D ip link set dev da10 up
	check "a VLAN device on a lower device is one, too" grep -q '^da10: of mesh bat0' <(on $D mesh show)
	billed_once "... and its frames are billed once" ad10 "$(mac d 5)"
	in_ns $D ip link del da10
	in_ns $A ip link del ad10
}

# So may a macvlan device, which has an address of its own on the same wire.
on_a_macvlan() {
	modprobe macvlan
	in_ns $D ip link add link da name dam address "$(mac d 6)" type macvlan mode bridge
	in_ns $D ip link set dev dam master bat0
	in_ns $D ip link set dev dam up
	check "a macvlan device on a lower device is one, too" grep -q '^dam: of mesh bat0' <(on $D mesh show)
	billed_once "... and its frames are billed once" ad "$(mac d 6)"
	billed_once "... and those of the device below still are" ad "$(mac d 2)"
	in_ns $D ip link del dam
}

# goes_away DEVICE: into another namespace, and comes back as nobody's
goes_away() {
	in_ns $D ip link set dev "$1" netns $K
	check "a device that leaves for another namespace is not metered any more" \
		not grep -q "^$1:" <(on $D mesh show)
	in_ns $K ip link set dev "$1" netns $D
	in_ns $D ip link set dev "$1" master bat0
	check "... until it comes back to the mesh" grep -q "^$1: of mesh bat0" <(on $D mesh show)
}

dc_carries() { [ "$(counted $C "$(mac d 1)" rx_exit)" -gt 0 ]; }

# The flow changes to D in the middle, where it is paid as well.
reroute() {
	local flow

	links_mark a-b b-a b-c c-b a-d d-a d-c c-d
	mutable $B bc
	mutable $C cb
	in_ns $D ip link set dev dc up
	start in_ns $K timeout 240 iperf3 -c 10.66.2.2 -b 1M -n 1M --connect-timeout 20000 \
		>/dev/null 2>&1
	flow=${pids[-1]}
	sleep 1
	mute $B bc
	mute $C cb
	check "the flow changes to the other path" until_true 20 dc_carries
	check "... and ends well" wait "$flow"
	links_agree "another path" a-b b-a b-c c-b a-d d-a d-c c-d
	is "its relay is paid" "$(paid $D "$d_a" relay up) $(paid $D "$d_a" relay down)" \
		"$(counted $D "$(mac a 3)" rx_transit) $(counted $D "$(mac c 2)" rx_transit)"
	unmute $B bc
	unmute $C cb
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
start in_ns $S python3 "$TS_TOP/tests/vm/carry.py"
check "the mesh finds its ways" until_true 20 goes_by $B "$(mac a 1)" "$(mac a 1)"
check "a stranger's transit does not pass" not reaches $K
tell
check "a neighbour's does" until_true 20 reaches $K
for phase in ${MESH_PHASES:-payers overhead members fragments guesses lossy radios senders dry \
		bypasses invented storm smuggled blind tables devices flows reboot reroute unload}; do
	start=$SECONDS
	$phase
	note "$phase took $((SECONDS - start)) s"
done
for ns in $K $BOXES $S; do ip netns del "$ns"; done
done_testing
