# SPDX-License-Identifier: GPL-2.0
# A mesh of four boxes with real batman-adv, as namespaces; to be sourced after
# tests/netns/net.sh:
#
#   client K --- A ==== B --- C --- server S       A and B have two radios,
#                 \___ D ___/                      dc is down until it is wanted
#
#   10.66.1.2   bat0: A 10.77.0.1, C 10.77.0.3, D 10.77.0.4    10.66.2.2
#
# A and C route between the mesh and their sides; B and D relay.  A device is
# called after its box and the one that it leads to, ab2 being the second radio;
# mac() is its address.  Everything is metered before the first frame, so that
# both ends of a link count the same ones.

K=$T-k A=$T-a B=$T-b C=$T-c D=$T-d S=$T-s
BOXES="$A $B $C $D"

# mac BOX-LETTER N; the address of bat0 is number 9
mac() { echo "02:00:00:00:0$1:0$2"; }
A_MACS="$(mac a 1) $(mac a 2)" B_MACS="$(mac b 2) $(mac b 3)"

# on BOX ARG...: tsctl there
on() { in_ns "$1" tsctl -d genl "${@:2}"; }

# mesh_link X NX Y NY [SUFFIX]: a pair of devices between two boxes
mesh_link() {
	local x=$1 y=$3 end=${5:-}

	ip link add name "$x$y$end" netns "$T-$x" address "$(mac "$x" "$2")" mtu 1600 type veth \
		peer name "$y$x$end" netns "$T-$y" address "$(mac "$y" "$4")" mtu 1600
}

# box_up LETTER DEVICE...: the first device has the address that the mesh knows
box_up() {
	local box=$1 d
	shift

	in_ns "$T-$box" sh -e <<-EOF
		ip -b - <<-END
			link add name bat0 type batadv
			link set dev bat0 address $(mac "$box" 9)
			$(for d; do echo "link set dev $d master bat0"; echo "link set dev $d up"; done)
			link set dev bat0 up
		END
		batctl meshif bat0 orig_interval 200
		batctl meshif bat0 bridge_loop_avoidance 0
		batctl meshif bat0 distributed_arp_table 0
		batctl meshif bat0 multicast_forceflood 1
	EOF
}

# mesh_sides: what the mesh connects
mesh_sides() {
	ip link add name k0 netns $K type veth peer name ak netns $A
	ip link add name s0 netns $S type veth peer name cs netns $C
	in_ns $K ip -b - <<-EOF
		addr add 10.66.1.2/24 dev k0
		link set dev k0 up
		route add default via 10.66.1.1
	EOF
	in_ns $A ip -b - <<-EOF
		addr add 10.66.1.1/24 dev ak
		addr add 10.77.0.1/24 dev bat0
		link set dev ak up
		route add default via 10.77.0.3
	EOF
	in_ns $C ip -b - <<-EOF
		addr add 10.77.0.3/24 dev bat0
		addr add 10.66.2.1/24 dev cs
		link set dev cs up
		route add 10.66.1.0/24 via 10.77.0.1
	EOF
	in_ns $D ip -b - <<-EOF
		addr add 10.77.0.4/24 dev bat0
		route add default via 10.77.0.3
	EOF
	in_ns $S ip -b - <<-EOF
		addr add 10.66.2.2/24 dev s0
		link set dev s0 up
		route add default via 10.66.2.1
	EOF
}

# mesh_claim: what is metered, before the first frame
mesh_claim() {
	local ns

	for ns in $A $B $D; do on "$ns" mesh add 'bat*'; done
	on $C mesh add 'bat*' exit
}

mesh_up() {
	local ns

	for ns in $K $BOXES $S; do
		ip netns add "$ns"
		in_ns "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
			net.ipv6.conf.default.disable_ipv6=1 net.ipv4.ip_forward=1
		in_ns "$ns" ip link set lo up
	done
	mesh_claim
	mesh_link a 1 b 2
	mesh_link a 2 b 3 2
	mesh_link b 1 c 1
	mesh_link a 3 d 2
	mesh_link d 1 c 2
	box_up a ab ab2 ad
	box_up b bc ba ba2
	box_up c cb cd
	box_up d da dc
	in_ns $D ip link set dev dc down
	mesh_sides
}

mesh_down() {
	local p ns

	for p in "${pids[@]}"; do kill "$p" 2>/dev/null; done
	for p in "${pids[@]}"; do wait "$p" 2>/dev/null; done
	pids=()
	for ns in $K $BOXES $S; do ip netns del "$ns" 2>/dev/null; done
	true
}
trap mesh_down EXIT

# neighbour BOX MACS [TARIFF]: an account there; Return: its id, on stdout
neighbour() {
	local m words=()

	for m in $2; do words+=(mac "$m" zone bat0); done
	on "$1" -j account add "${words[@]}" tariff 1 neighbour | jq .id
}

# next_hop BOX ORIGINATOR: the neighbour's address on the best route
next_hop() {
	in_ns "$1" batctl meshif bat0 originators_json |
		jq -r --arg o "$2" '[.[] | select(.orig_address == $o and .best == true) | .neigh_address][0] // ""'
}
goes_by() { [ "$(next_hop "$1" "$2")" = "$3" ]; }

# counted BOX MACS KINDS: bytes of these kinds with neighbours of these addresses
counted() {
	on "$1" -j mesh neighbours | jq --arg m "$2" --arg k "$3" \
		'($m | split(" ")) as $macs | ($k | split(" ")) as $kinds |
		 [.[] | select(.key.mac | IN($macs[])) | .counts | to_entries[] |
		  select(.key | IN($kinds[])) | .value.bytes | tonumber] | add // 0'
}

# sent BOX TO-MACS, got BOX FROM-MACS: what is not control of the link
sent() { counted "$1" "$2" "tx_transit tx_own"; }
got() { counted "$1" "$2" "rx_transit rx_local rx_exit rx_tvlv rx_refused"; }

# One in so many frames to a neighbour goes into a device that leads nowhere, and
# counts them: loss that is measured to the byte.
# lose BOX DEVICE MAC ONE-IN
losing=
lose() {
	losing=1
	in_ns "$1" sh -e <<-EOF
		ip link add name lost-$2 type dummy
		ip link set dev lost-$2 up
		tc qdisc add dev $2 clsact
		tc filter add dev $2 egress prio 1 flower dst_mac $3 action gact ok random determ pipe $4 \
			action mirred egress redirect dev lost-$2
	EOF
}

# Nobody hears the routing protocol of a device any more: the route changes, and
# no other frame is lost by that.  The qdisc has to be there before the traffic:
# while one is put in place the kernel drops what is sent.
# mutable BOX DEVICE, mute BOX DEVICE, unmute BOX DEVICE
mutable() { in_ns "$1" tc qdisc add dev "$2" clsact; }
mute() {
	in_ns "$1" tc filter add dev "$2" egress prio 1 flower dst_mac ff:ff:ff:ff:ff:ff action drop
}
unmute() { in_ns "$1" tc qdisc del dev "$2" clsact; }

# found BOX DEVICE: nothing is lost there any more
found() {
	in_ns "$1" tc qdisc del dev "$2" clsact
	in_ns "$1" ip link del "lost-$2"
}

# lost BOX DEVICE...: bytes that it has lost by lose()
lost() {
	local box=$1 d
	shift

	[ -n "$losing" ] || { echo 0; return; }
	for d; do in_ns "$box" ip -j -s link show dev "lost-$d" 2>/dev/null; done |
		jq -s '[.[][].stats64.tx.bytes] | add // 0'
}

# link_macs LINK: a link is two letters, FROM-TO; sets x and y, xm and ym
link_macs() {
	x=${1%-*} y=${1#*-}
	case $1 in
	a-b) xm=$A_MACS ym=$B_MACS ;;
	b-a) xm=$B_MACS ym=$A_MACS ;;
	b-c | c-b) xm=$(mac "$x" 1) ym=$(mac "$y" 1) ;;
	a-d) xm=$(mac a 3) ym=$(mac d 2) ;;
	d-a) xm=$(mac d 2) ym=$(mac a 3) ;;
	d-c) xm=$(mac d 1) ym=$(mac c 2) ;;
	c-d) xm=$(mac c 2) ym=$(mac d 1) ;;
	esac
}

# link_look LINK: sets got to what was counted where it arrived, and lacks to what
# was sent, not lost, and yet not counted there
link_look() {
	local x y xm ym

	link_macs "$1"
	got=$(got "$T-$y" "$xm")
	lacks=$(($(sent "$T-$x" "$ym") - $(lost "$T-$x" "$x$y" "$x${y}2") - got))
}

# What links lacked when they were marked: 0, unless a test broke one or sent in
# a neighbour's name, or the counters of its ends began at different times.
declare -A marked
links_mark() { # LINK...
	local l got lacks

	for l; do
		link_look "$l"
		marked[$l]=$lacks
	done
}

link_agrees() {
	link_look "$1"
	[ "$got" -gt 0 ] && [ "$lacks" = "${marked[$1]:-0}" ]
}

# links_agree NAME LINK...: a while after the traffic
links_agree() {
	local name=$1 l got=0 lacks=0
	shift

	for l; do
		if until_true 3 link_agrees "$l"; then
			ok "$name: ${l#*-} got from ${l%-*} what ${l%-*} sent to it, to the byte"
		else
			not_ok "$name: ${l#*-} got from ${l%-*} what ${l%-*} sent to it, to the byte"
			note "$l: got $got, lacks $lacks, before ${marked[$l]:-0}"
		fi
	done
}

# paid BOX ACCOUNT CLASS DIR [FIELD]: a counter of an account
paid() {
	on "$1" -j account show "$2" | jq -r --arg c "$3" --arg d "$4" --arg f "${5:-bytes}" \
		'[.stats[] | select(.class == $c and .dir == $d) | .[$f]][0] // "0"'
}

# on_devices BOX JQ: a number of each lower device, added up
on_devices() { on "$1" -j mesh show | jq "[.[] | $2 | tonumber] | add // 0"; }
