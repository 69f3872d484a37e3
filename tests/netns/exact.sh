#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Overshoot is 0 bytes: what arrives on the far side of the router, in both
# directions at once, under full load on all CPUs, never costs more than was
# granted; and a client can spend to the last frame that fits.
# exact.sh [METER...]: xdp, tc (driver bpf) or nf (driver genl).
# EXACT_RUNS: "routed/udp routed/tcp bridged/udp races", or some of them; and
# "flowtable/tcp": behind NAT, and past most of the stack by the kernel's flowtable;
# EXACT_UNITS: of a budget that is to run dry (90000000).
. "$(dirname "$0")/net.sh"
meters=("$@")
[ $# -gt 0 ] || meters=(xdp tc)

# What the server sees of the client behind NAT is the router.
CLIENT=10.66.1.2
flowtable() {
	CLIENT=10.66.2.1
	in_ns $R nft -f - <<-EOF
	table inet fast {
		flowtable ft { hook ingress priority 0; devices = { p0, u0 }; }
		chain forward { type filter hook forward priority 0; meta l4proto { tcp, udp } flow add @ft; }
		chain nat { type nat hook postrouting priority srcnat; oifname "u0" masquerade; }
	}
	EOF
}
# Connections that the flowtable has.
in_flowtable() { grep -c OFFLOAD <(in_ns $R conntrack -L 2>/dev/null); }

setup() {
	local form=${2:-routed}
	DRIVER=bpf CLIENT=10.66.1.2
	[ "$1" = nf ] && DRIVER=genl
	[ "$form" = flowtable ] && form=routed
	net_up $form
	if [ "${2:-}" = flowtable ]; then flowtable || return 1; fi
	in_ns $R tsctl -d $DRIVER tariff set 1 internet up 3 down 2 || return 1
	in_ns $R tsctl -d $DRIVER port add p0 meter "$1" || return 1
	id=$(in_ns $R tsctl -d $DRIVER -j account add mac 02:00:00:00:00:02 zone $ZONE tariff 1 | jq .id)
	servers=()
	for port in 5301 5302 5303 5304; do
		start in_ns $S iperf3 -s -p $port >/dev/null 2>&1
		servers+=($!)
	done
	sleep 0.3
}

# Both directions at once; each flow bounded by time, as the test is.
load() { # tcp|udp SECONDS
	local p
	flows=()
	for p in 5301 5302 5303 5304; do
		local rev=
		[ $((p % 2)) = 0 ] && rev=-R
		if [ "$1" = udp ]; then
			start in_ns $C iperf3 -c 10.66.2.2 -p $p $rev -u -b 0 -l 1400 -t $2 >/dev/null 2>&1
		else
			start in_ns $C iperf3 -c 10.66.2.2 -p $p $rev -t $2 >/dev/null 2>&1
		fi
		flows+=($!)
	done
}
# A server goes on for a while when its client is gone: end both, wait for quiet.
end_load() {
	local f before=-1 now
	for f in "${flows[@]}" "${servers[@]}"; do kill $f 2>/dev/null; wait $f 2>/dev/null; done
	for _ in $(seq 40); do
		sleep 0.3
		now=$(look | jq -c .stats)
		[ "$now" = "$before" ] && return
		before=$now
	done
	note "traffic does not stop"
}
look() { in_ns $R tsctl -d $DRIVER -j account show $id; }
# From one look: units of the packets that passed, and what was charged.
adds_up() { # NAME REVOKED
	local a; a=$(look)
	is "$1: passed + revoked = charged" \
		"$(jq "[.stats[].units | tonumber] | add + $2" <<<"$a")" \
		"$(jq -r .charged_units <<<"$a")"
}

far_side() { # NAME GRANTED
	local cost_up cost_down
	testify 4; cost_down=$((bytes_in * 2)); local l1=$lost
	testify 5; cost_up=$((bytes_in * 3))
	is "$1: the witnesses lost nothing" "$l1 $lost" "0 0"
	note "$1: granted $2, cost on the far side $((cost_up + cost_down)), charged $(field $id charged_units)"
	check "$1: the far side received no more than was granted" \
		test $((cost_up + cost_down)) -le "$2"
	check "$1: the far side received nearly all (later drops stay billed)" \
		test $((cost_up + cost_down)) -gt $(($2 / 2))
}

runs_dry() { # METER FORM PROTOCOL
	local name="$1 $2 $3" granted=${EXACT_UNITS:-90000000} left
	setup $1 $2 || { not_ok "$name: set-up"; net_down; return; }
	# iperf3 needs its control connection: begin with room, then the load.
	in_ns $R tsctl -d $DRIVER grant $id to $granted >/dev/null
	witness $C c0 4 10.66.2.2
	witness $S s0 5 $CLIENT
	# How long that takes is the machine's business; end_load ends it.
	load $3 60
	[ "$2" != flowtable ] || check "$name: the flowtable takes the load" until_true 20 in_flowtable
	check "$name: runs dry under load" until_true 60 is_dry
	sleep 1
	end_load
	far_side "$name" $granted
	# To the last frame that fits: pings of 60 bytes until one fails.
	for _ in 1 2 3 4 5 6; do
		in_ns $C ping -q -c 200 -i 0.002 -W 1 -s 18 10.66.2.2 >/dev/null 2>&1
		left=$(field $id remaining_units)
		[ "$left" -lt 180 ] && break
	done
	check "$name: a lone 60-byte frame no longer fits ($left units left)" test "$left" -lt 180
	check "$name: nothing passes then" not in_ns $C ping -q -c 2 -W 1 -s 18 10.66.2.2
	adds_up "$name" 0
	net_down
}
not() { ! "$@" >/dev/null 2>&1; }
# Less than a full frame up is left.
is_dry() { [ "$(field $id remaining_units)" -lt 4542 ]; }

races() { # METER
	local name="$1 grants and revokes race with the load" answer granted revoked steps
	setup $1 || { not_ok "$name: set-up"; net_down; return; }
	in_ns $R tsctl -d $DRIVER grant $id to 1000000 >/dev/null
	witness $C c0 4 10.66.2.2
	witness $S s0 5 $CLIENT
	load udp 60
	if answer=$(in_ns $R churn $DRIVER $id 3000 20000); then
		ok "$name: every answer adds up"
	else
		not_ok "$name: every answer adds up"
	fi
	read -r granted revoked steps <<<"$answer"
	end_load
	note "$name: $steps steps in 3 s"
	is "$name: granted is the sum of the grants" "$(field $id granted_units)" $((granted + 1000000))
	is "$name: revoked is the sum of the answers" "$(field $id revoked_units)" "$revoked"
	adds_up "$name" "$revoked"
	testify 4; local cost=$((bytes_in * 2))
	testify 5; cost=$((cost + bytes_in * 3))
	check "$name: the far side received no more than was granted and not revoked" \
		test $cost -le $((granted + 1000000 - revoked))
	check "$name: there was a load to race with" test $cost -gt 1000000
	answer=$(in_ns $R tsctl -d $DRIVER -j account close $id)
	is "$name: close takes exactly the rest" \
		"$(jq -r '.account.granted_units' <<<"$answer")" "$(jq -r '.account.charged_units' <<<"$answer")"
	net_down
}

for meter in "${meters[@]}"; do
	for run in ${EXACT_RUNS:-routed/udp routed/tcp bridged/udp races}; do
		case $run in
		races) races $meter ;;
		*) runs_dry $meter ${run/\// } ;;
		esac
	done
done
done_testing
