#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Billed bytes equal a capture's, expanded by its segment sizes, to the byte.
# capture.sh [METER...]: xdp, tc (driver bpf) or nf (driver genl).
# CAPTURE_BYTES: of each TCP flow (3M); CAPTURE_FORMS: "routed bridged";
# CAPTURE_GSO: "on off"; CAPTURE_TAGS: "none frame metadata", as far as the
# kernel has VLAN devices.
# The witness is framecount: a packet socket on the metered device.
. "$(dirname "$0")/net.sh"
meters=("${@:-xdp}")
[ $# -gt 0 ] || meters=(xdp tc)

count_start() {
	exec 3< <(exec nsenter --net=/run/netns/$R -- framecount p0 10.66.1.2 fd66:1::2)
	count_pid=$!
	pids+=($count_pid)
	read -r -u 3 _
}
count_stop() {
	kill $count_pid 2>/dev/null
	read -r -u 3 in_frames in_bytes out_frames out_bytes lost
	exec 3<&-
}

bytes=${CAPTURE_BYTES:-3M}
tags=${CAPTURE_TAGS:-none frame metadata}
if ! ip link add tsv$$ type dummy 2>/dev/null || ! ip link add tsv$$.7 link tsv$$ type vlan id 7 2>/dev/null; then
	tags=none
fi
ip link del tsv$$ 2>/dev/null

# Traffic of every kind between client and server over IP version $1.
traffic() {
	local s=10.66.2.2
	[ "$1" = 6 ] && s=fd66:2::2
	# One after the other: both at once end when the faster one has done.
	in_ns $C iperf3 -$1 -c $s -p 5301 -n $bytes >/dev/null || return 1
	in_ns $C iperf3 -$1 -c $s -p 5301 -n $bytes -R >/dev/null || return 1
	in_ns $C iperf3 -$1 -c $s -p 5301 -u -b 200M -n 200k -l 1200 --bidir >/dev/null || return 1
	in_ns $C ping -$1 -q -c 3 -i 0.05 -s 1000 $s >/dev/null
	quiet
}

# Until nothing is under way any more.
quiet() {
	local now= before
	for _ in $(seq 40); do
		before=$now
		sleep 0.2
		now=$(in_ns $R grep p0: /proc/net/dev)
		[ "$now" = "$before" ] && return
	done
}

# Sets up_bytes up_frames down_bytes down_frames charged from one look.
counters() {
	read -r up_bytes up_frames down_bytes down_frames charged < <(
		in_ns $R tsctl -d $DRIVER -j account show $id | jq -r '
			def stat($d; $k): [.stats[] |
				select(.class == "internet" and .dir == $d) | .[$k]][0] // "0";
			"\(stat("up"; "bytes")) \(stat("up"; "packets")) \(
			stat("down"; "bytes")) \(stat("down"; "packets")) \(.charged_units)"')
}

offloads() { # GSO TAG, each as far as the device lets it be changed
	local gso=$1 txvlan=
	case $2 in
	frame) txvlan="txvlan off" ;;
	metadata) txvlan="txvlan on" ;;
	esac
	in_ns $C ethtool -K c0 tso $gso gso $gso gro $gso tx-udp-segmentation $gso $txvlan
	in_ns $R ethtool -K p0 tso $gso gso $gso gro $gso $txvlan
	in_ns $R ethtool -K u0 tso $gso gso $gso gro $gso
	in_ns $S ethtool -K s0 tso $gso gso $gso gro $gso
} >/dev/null 2>&1

set_up() { # METER FORM TAGGED, with the offloads of the first case
	DRIVER=bpf
	[ $1 = nf ] && DRIVER=genl
	net_up ${2/routed/} ${3:+vlan 7}
	offloads on ${3:-none}
	in_ns $R tsctl -d $DRIVER tariff set 1 internet up 1 down 1 &&
	in_ns $R tsctl -d $DRIVER port add p0 meter $1 || return 1
	id=$(in_ns $R tsctl -d $DRIVER -j account add mac 02:00:00:00:00:02 \
		${3:+vlan 7} zone $ZONE tariff 1 | jq .id)
	in_ns $R tsctl -d $DRIVER grant "$id" to 1000000000000 >/dev/null
	start in_ns $S iperf3 -s -p 5301 >/dev/null
}

measure() { # NAME
	local name=$1 ip up0 ups0 down0 downs0
	for ip in 4 6; do
		counters
		up0=$up_bytes ups0=$up_frames down0=$down_bytes downs0=$down_frames
		count_start
		check "$name IPv$ip: traffic flows" traffic $ip
		count_stop
		counters
		# Not in vain: how much an emulated machine carries in time varies.
		is "$name IPv$ip: the witness saw both directions and lost nothing" \
			"$((in_bytes > 20000)) $((out_bytes > 20000)) $lost" "1 1 0"
		is "$name IPv$ip: billed bytes and frames equal the capture's" \
			"up $((up_bytes - up0))/$((up_frames - ups0)) down $((down_bytes - down0))/$((down_frames - downs0))" \
			"up $in_bytes/$in_frames down $out_bytes/$out_frames"
	done
	is "$name: units charged are bytes times price" "$charged" "$((up_bytes + down_bytes))"
}

# One network for all cases that differ only in what the devices do for it.
cases() { # METER FORM TAG...
	local meter=$1 form=$2 gso tag; shift 2
	if ! set_up $meter $form ${1/none/}; then
		not_ok "$meter $form tags $*: set-up"
		net_down
		return
	fi
	until_true 20 in_ns $C iperf3 -c 10.66.2.2 -p 5301 -n 1k --connect-timeout 500
	for gso in ${CAPTURE_GSO:-on off}; do
		for tag; do
			offloads $gso $tag
			measure "$meter $form gso $gso tag $tag"
		done
	done
	net_down
}

# Packets that the server has got, IPv4 only: s0 may hear of multicast.
arrived() { in_ns $S awk '/^Ip: [0-9]/ { print $4 }' /proc/net/snmp; }

# A native XDP program cannot see a tag beside the frame, so it charges whoever
# has that address without a tag: its companion drops what then has one.
hidden_tag() { # FORM
	local name="xdp $1 tag beside the frame" before
	set_up xdp $1 metadata || { not_ok "$name: set-up"; net_down; return; }
	offloads off metadata
	id=$(in_ns $R tsctl -d bpf -j account add mac 02:00:00:00:00:02 zone $ZONE tariff 1 | jq .id)
	in_ns $R tsctl -d bpf grant "$id" to 1000000000000 >/dev/null
	in_ns $C ip neigh replace 10.66.1.1 lladdr 02:00:00:00:00:01 dev c0.7 nud permanent
	before=$(arrived)
	in_ns $C ping -q -c 20 -i 0.01 -W 1 10.66.2.2 >/dev/null
	counters
	is "$name: the program saw the frames without it" "$up_frames" 20
	check "$name: they are counted as hidden-tag" test 20 -le "$(in_ns $R tsctl -d bpf -j port list |
		jq -r '[.[].drops["hidden-tag"] // 0 | tonumber] | add')"
	is "$name: none passes" "$(arrived)" "$before"
	net_down
}

for meter in "${meters[@]}"; do
	for form in ${CAPTURE_FORMS:-routed bridged}; do
		[[ " $tags " = *" none "* ]] && cases $meter $form none
		tagged=${tags/none/}
		if [ $meter = xdp ]; then
			[[ $tagged = *metadata* ]] && hidden_tag $form
			tagged=${tagged/metadata/}
		fi
		[ -n "${tagged// /}" ] && cases $meter $form $tagged
	done
	[ "$tags" = none ] && skip "$meter with VLAN tags" "this kernel has no VLAN devices; the VM tier runs it"
done
done_testing
