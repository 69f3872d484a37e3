#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What tsctl says of a mesh is what batctl says, with real batman-adv; inside the
# test VM and called by tests/vm/parts: topology.sh ALGORITHM.  TAP on stdout.
#
#	A ==== B --- C (gateway)	A and B have two radios
#	 \____ D ____/
#
# A device is called after its box and the one it leads to.  The first one gives
# the box its originator.
set -uo pipefail
# shellcheck source=tests/vm/guest.sh
. "$TS_TOP/tests/vm/guest.sh"
# shellcheck source=tests/netns/net.sh
. "$TS_TOP/tests/netns/net.sh"

BOXES="a b c d"
box_down() { for b in $BOXES; do ip netns del "$T-$b" 2>/dev/null; done; }
trap box_down EXIT

# mac LETTER N
mac() { echo "02:00:00:00:0$1:0$2"; }
on() { in_ns "$T-$1" "${@:2}"; } # LETTER COMMAND...
topology() { on a tsctl -j topology "$@"; }
batman() { on a batctl meshif bat0 "$@"; }

link() { # X NX Y NY [SUFFIX]
	ip link add name "$1$3${5:-}" netns "$T-$1" address "$(mac "$1" "$2")" mtu 1600 type veth \
		peer name "$3$1${5:-}" netns "$T-$3" address "$(mac "$3" "$4")" mtu 1600
}

box_up() { # ALGORITHM LETTER DEVICE...
	local algo=$1 b=$2 d
	shift 2

	on "$b" ip link add bat0 address "$(mac "$b" 9)" type batadv ra "$algo"
	on "$b" batctl meshif bat0 bridge_loop_avoidance 0
	for d; do
		on "$b" ip link set dev "$d" master bat0
		on "$b" ip link set dev "$d" up
	done
	on "$b" ip link set bat0 up
	on "$b" batctl meshif bat0 orig_interval 300
}

mesh_up() { # ALGORITHM
	box_up "$1" a ab ab2 ad
	box_up "$1" b ba ba2 bc
	box_up "$1" c cb cd
	box_up "$1" d da dc
	on c batctl meshif bat0 gw_mode server
}

mesh_down() { for b in $BOXES; do on "$b" ip link del bat0; done; }

# --- what batctl says, in the form of tsctl -----------------------------------

# The best ways, each next hop being the box that tsctl takes it for.
batctl_routes() {
	batman originators_json | jq -cS --argjson boxes "$(topology neighbours)" '
		[.[] | select(.best) | {originator: .orig_address, via: (.neigh_address as $m |
			$boxes[] | select(.macs | index($m)) | .originator)}]
		| sort_by(.originator)'
}
batctl_heard() { batman neighbors_json | jq -c '[.[].neigh_address] | unique'; }
batctl_gateways() { batman gateways_json | jq -c '[.[].orig_address] | unique'; }
batctl_behind() { # ORIGINATOR
	batman transtable_global_json | jq -c --arg o "$1" \
		'[.[] | select(.orig_address == $o and .best) | .tt_address] | unique'
}

same_routes() { [ "$(topology routes | jq -cS .)" = "$(batctl_routes)" ]; }
same_heard() {
	[ "$(topology neighbours | jq -c '[.[].macs[]] | unique')" = "$(batctl_heard)" ]
}
same_gateways() { [ "$(topology gateways | jq -c .gateways)" = "$(batctl_gateways)" ]; }
same_behind() {
	[ "$(topology gateways | jq -c .behind)" = "$(batctl_behind "$(mac c 1)")" ]
}

via() { topology routes | jq -r --arg o "$1" '.[] | select(.originator == $o) | .via'; }
goes_via() { [ "$(via "$1")" = "$2" ]; }
macs_of() {
	topology neighbours | jq -c --arg o "$1" '.[] | select(.originator == $o) | .macs'
}
has_macs() { [ "$(macs_of "$1")" = "$2" ]; }
# Everybody is known, and who announces what.
settled() {
	[ "$(batman transtable_global_json | jq -c '[.[].orig_address] | unique')" = \
		"[\"$(mac b 1)\",\"$(mac c 1)\",\"$(mac d 1)\"]" ] &&
	[ "$(batman neighbors_json | jq length)" = 3 ] &&
	[ "$(batctl_gateways)" = "[\"$(mac c 1)\"]" ]
}

# becomes NAME SECONDS COMMAND...: each look starts a dozen programs, so look seldom
becomes() { check "$1" until_true "$2" looks_so "${@:3}"; }
looks_so() { "$@" || { sleep 1; false; }; }

says() { # NAME TEXT ARG...: fails, and says so
	local out

	if out=$(on a tsctl topology "${@:3}" 2>&1); then
		not_ok "$1"
		note "it succeeded: $out"
	elif [[ $out = *"$2"* ]]; then
		ok "$1"
	else
		not_ok "$1"
		note "it said: $out"
	fi
}

explain() { # shown when something differs
	note "tsctl: $(topology neighbours) $(topology routes) $(topology gateways)"
	batman originators 2>&1 | sed 's/^/# /'
	batman neighbors 2>&1 | sed 's/^/# /'
}

# check_mesh ALGORITHM
check_mesh() {
	local algo=$1 failed=$n_failed

	mesh_up "$algo"
	becomes "$algo: the mesh settles" 30 settled
	is "$algo: tsctl knows the algorithm and our originator" \
		"$(topology show | jq -r '"\(.algo) \(.originator)"')" "$algo $(mac a 1)"
	becomes "$algo: two radios of a neighbour are one neighbour" \
		10 has_macs "$(mac b 1)" "[\"$(mac b 1)\",\"$(mac b 2)\"]"
	becomes "$algo: another neighbour is another" \
		10 has_macs "$(mac d 1)" "[\"$(mac d 1)\"]"
	becomes "$algo: who is heard is whom batctl names" 10 same_heard
	becomes "$algo: all routes are those of batctl" 10 same_routes
	becomes "$algo: the gateway is that of batctl" 10 same_gateways
	becomes "$algo: those behind it are those of batctl" 10 same_behind
	is "$algo: its mesh device is among them" \
		"$(topology gateways | jq --arg m "$(mac c 9)" '.behind | index($m) != null')" true

	on d ip link set dev dc down
	becomes "$algo: without D the gateway is behind B" \
		30 goes_via "$(mac c 1)" "$(mac b 1)"
	becomes "$algo: ... and batctl says so" 10 same_routes
	on d ip link set dev dc up
	on b ip link set dev bc down
	becomes "$algo: without B it is behind D" \
		30 goes_via "$(mac c 1)" "$(mac d 1)"
	becomes "$algo: ... and batctl says so" 10 same_routes
	on b ip link set dev bc up
	[ "$failed" = "$n_failed" ] || explain
}

check_settings() {
	is "nothing speaks against this mesh" \
		"$(topology show | jq -c '[.refused, .warnings]')" '[null,[]]'
	batman network_coding 1
	check "network coding is refused, with a reason" \
		grep -q "network coding" <(topology show | jq -r .refused)
	batman network_coding 0
	batman bridge_loop_avoidance 1
	batman ap_isolation 1
	is "bridge loop avoidance and AP isolation are warned of" \
		"$(topology show | jq -c '[.refused, (.warnings | length)]')" '[null,2]'
}

for b in $BOXES; do
	ip netns add "$T-$b"
	on "$b" ip link set lo up
done
link a 1 b 1
link a 2 b 2 2
link a 3 d 1
link b 3 c 1
link d 2 c 2

# Another part may have used it.
[ ! -d /sys/module/batman_adv ] || rmmod batman_adv
says "no such device" "no such mesh device" show
is "asking for it does not load batman-adv" "$(ls -d /sys/module/batman_adv 2>/dev/null)" ""
modprobe batman-adv
says "a device that is no mesh device" "no mesh device of batman-adv" show ab
check_mesh "$1"
check_settings
mesh_down
says "a mesh device that is gone" "no such mesh device" routes
done_testing
