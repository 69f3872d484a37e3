#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Billed bytes equal a capture's, expanded by its segment sizes, to the byte.
# capture.sh [METER...]: xdp, tc (driver bpf) or nf (driver genl).
# CAPTURE_BYTES: of each TCP flow (3M); CAPTURE_FORMS: "routed bridged".
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
if ip link add tsv$$ type dummy 2>/dev/null && ip link add tsv$$.7 link tsv$$ type vlan id 7 2>/dev/null; then
	tags="none frame metadata"
else
	tags=none
fi
ip link del tsv$$ 2>/dev/null

# Traffic of every kind between client and server over IP version $1.
traffic() {
	local s=10.66.2.2
	[ "$1" = 6 ] && s=fd66:2::2
	in_ns $C iperf3 -$1 -c $s -p 5301 -n $bytes >/dev/null || return 1
	in_ns $C iperf3 -$1 -c $s -p 5301 -n $bytes -R >/dev/null || return 1
	in_ns $C iperf3 -$1 -c $s -p 5301 -u -b 200M -n 300k -l 1200 >/dev/null || return 1
	in_ns $C iperf3 -$1 -c $s -p 5301 -u -b 200M -n 300k -l 1200 -R >/dev/null || return 1
	in_ns $C ping -$1 -q -c 3 -i 0.05 -s 1000 $s >/dev/null
	# What is still under way arrives.
	sleep 0.3
}

one() {
	local meter=$1 form=$2 gso=$3 tag=$4 name="$1 $2 gso $3 tag $4" id ip driver=bpf

	[ "$meter" = nf ] && driver=genl
	DRIVER=$driver
	net_up $( [ $form = bridged ] && echo bridged) $( [ $tag = none ] || echo vlan 7)
	in_ns $C ethtool -K c0 tso $gso gso $gso gro $gso tx-udp-segmentation $gso >/dev/null 2>&1
	in_ns $R ethtool -K p0 tso $gso gso $gso gro $gso >/dev/null 2>&1
	in_ns $R ethtool -K u0 tso $gso gso $gso gro $gso >/dev/null 2>&1
	in_ns $S ethtool -K s0 tso $gso gso $gso gro $gso >/dev/null 2>&1
	if [ $tag = frame ]; then
		in_ns $C ethtool -K c0 txvlan off >/dev/null
		in_ns $R ethtool -K p0 txvlan off >/dev/null
	fi
	in_ns $R tsctl -d $driver tariff set 1 internet up 1 down 1 &&
	in_ns $R tsctl -d $driver port add p0 meter $meter || { not_ok "$name: port"; net_down; return; }
	id=$(in_ns $R tsctl -d $driver -j account add mac 02:00:00:00:00:02 \
		$( [ $tag = none ] || echo vlan 7) zone $ZONE tariff 1 | jq .id)
	in_ns $R tsctl -d $driver grant "$id" to 1000000000000 >/dev/null
	start in_ns $S iperf3 -s -p 5301 >/dev/null
	until_true 5 in_ns $C iperf3 -c 10.66.2.2 -p 5301 -n 1k --connect-timeout 500
	for ip in 4 6; do
		local up0 down0 pu0 pd0
		up0=$(stat $id internet up bytes) down0=$(stat $id internet down bytes)
		pu0=$(stat $id internet up packets) pd0=$(stat $id internet down packets)
		count_start
		check "$name IPv$ip: traffic flows" traffic $ip
		count_stop
		is "$name IPv$ip: the witness lost nothing" "$lost" 0
		is "$name IPv$ip: billed bytes and frames equal the capture's" \
			"up $(($(stat $id internet up bytes) - up0))/$(($(stat $id internet up packets) - pu0)) down $(($(stat $id internet down bytes) - down0))/$(($(stat $id internet down packets) - pd0))" \
			"up $in_bytes/$in_frames down $out_bytes/$out_frames"
	done
	is "$name: units charged are bytes times price" "$(field $id charged_units)" \
		"$(($(stat $id internet up bytes) + $(stat $id internet down bytes)))"
	net_down
}

for meter in "${meters[@]}"; do
	for form in ${CAPTURE_FORMS:-routed bridged}; do
		for gso in on off; do
			for tag in $tags; do
				# A native XDP program cannot see a tag beside the frame.
				[ $meter/$tag = xdp/metadata ] || one $meter $form $gso $tag
			done
		done
	done
	[ "$tags" = none ] && skip "$meter with VLAN tags" "this kernel has no VLAN devices; the VM tier runs it"
done
done_testing
