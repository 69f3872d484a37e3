#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Frames per second through a router namespace, by what stands at its port:
#   plain     nothing
#   noop-tc   tc programs that do nothing       tc    the meter of that kind
#   lines     a tc program that touches the memory that no meter can do without
#   noop-xdp  XDP and tc programs, likewise     xdp   the meter of that kind
#   fast      meter xdp with its fast path: what is paid leaves by redirect, to a server
#             whose device drops by XDP, for it must not take longer than the router
#   plain-sink  nothing, before such a server
#   nft-set   two sets with a counter for each client
#   nft-rules two rules with a counter for each client, as openNDS has them
#   noop-nf   hooks that do nothing             nf    the module's meter, in the test VM
# Each has a client, a router and a server of its own, all made beforehand, and every
# round visits all of them in turn: what disturbs the machine disturbs all alike.
# forward.sh [CLIENTS...]; FORWARD_ROUNDS (5), FORWARD_MS (150) of a run,
# FORWARD_WAYS, FORWARD_SIZES: bytes, 0 is a mix of 64, 576 and 1500; up.
# FORWARD_DOWN_SIZES (64): likewise from the server to the clients; FORWARD_TCP (yes).
. "$(dirname "$0")/../netns/net.sh"
rounds=${FORWARD_ROUNDS:-5}
ms=${FORWARD_MS:-150}
ways=(${FORWARD_WAYS:-plain noop-tc lines tc noop-xdp xdp plain-sink fast nft-set nft-rules})
sizes=(${FORWARD_SIZES-64 1500 0})
down_sizes=(${FORWARD_DOWN_SIZES-64})
declare -A base=([noop-tc]=plain [tc]=noop-tc [lines]=noop-tc [noop-xdp]=plain [xdp]=noop-xdp
	[fast]=plain [plain-sink]=plain [nft-set]=plain [nft-rules]=plain [noop-nf]=plain [nf]=noop-nf)
declare -A kpps
NOBODY=02:00:00:00:00:99
STRANGERS=1000000

use() { C=$T-$1-c R=$T-$1-r S=$T-$1-s; }
all_down() {
	local way
	# The devices wait for it.
	[ ! -d /sys/module/empty_hook ] || rmmod empty_hook
	for way in "${ways[@]}"; do use "$way"; net_down; done
}
trap all_down EXIT

# elements FORMAT: a line for each client
elements() {
	local i
	for ((i = 0; i < clients; i++)); do
		# shellcheck disable=SC2059
		printf "$1\n" "10.80.$((i >> 8)).$((i & 255))"
	done
}
nft_up() {
	local dir
	echo "table ip bench {"
	if [ "$1" = nft-set ]; then
		for dir in up down; do
			echo "set $dir { type ipv4_addr; size 65536; counter; elements = {"
			elements "%s,"
			printf '}\n}\n'
		done
	fi
	echo "chain forward { type filter hook forward priority 0; policy accept;"
	if [ "$1" = nft-set ]; then
		printf 'ip saddr @up accept\nip daddr @down accept\n'
	else
		elements "ip saddr %s counter accept"
		elements "ip daddr %s counter accept"
	fi
	printf '}\n}\n'
}

# The server's device drops what comes by XDP: its stack is no part of the router.
server_sink() {
	exec 7< <(exec nsenter --net=/run/netns/$S -- forward_send noop s0 sink)
	pids+=($!)
	read -r -u 7 _
}

sinks() { [ "$1" = fast ] || [ "$1" = plain-sink ]; }

way_up() { # WAY
	use "$1"
	net_up
	in_ns $C ip link set c0 address 02:01:00:00:00:00
	in_ns $R ip link set u0 address 02:00:00:00:02:01
	# The port takes whole bursts from both CPUs, whatever is attached to it.
	in_ns $R ethtool -L p0 rx "$(nproc)" && in_ns $R ethtool -K p0 gro on &&
		in_ns $R ethtool -K u0 gro on || return 1
	in_ns $R sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.p0.rp_filter=0
	in_ns $R ip route add 10.80.0.0/16 dev p0
	case $1 in
	noop-tc | noop-xdp | lines)
		exec 7< <(exec nsenter --net=/run/netns/$R -- forward_send noop p0 "${1#noop-}")
		pids+=($!)
		read -r -u 7 _ ;;
	plain-sink) server_sink ;;
	fast)
		# Redirected frames are taken by who takes frames in bursts.
		server_sink && in_ns $C ethtool -K c0 gro on &&
			in_ns $R sysctl -qw net.ipv4.conf.u0.rp_filter=0 &&
			in_ns $R crowd bpf p0 fast "$clients" >/dev/null || return 1
		start in_ns $R fastkeep ;;
	tc | xdp) in_ns $R crowd bpf p0 "$1" "$clients" >/dev/null ;;
	noop-nf) in_ns $R insmod "$EMPTY_HOOK" devices=p0 ;;
	nf) in_ns $R crowd genl p0 nf "$clients" >/dev/null ;;
	nft-*) nft_up "$1" | in_ns $R nft -f - ;;
	esac
}

# What has come up to the server, or down to the clients.
received() { in_ns "$1" ip -j -s link show "$2" | jq '.[0].stats64.rx.packets'; }
arrived() { if [ "${1:-up}" = up ]; then received $S s0; else received $C c0; fi; }
# In bursts: what the router sends is for another machine, and ends there unanswered.
sink() { in_ns $R ip neigh "$1" 10.66.2.2 lladdr $NOBODY dev u0 nud permanent; }
# Likewise down: the clients' MACs are none of the device that takes them all.
neighbours() {
	local i
	for ((i = 0; i < clients; i++)); do
		printf 'neigh replace 10.80.%d.%d lladdr 02:01:00:%02x:%02x:%02x dev p0 nud permanent\n' \
			$((i >> 8)) $((i & 255)) $((i >> 16)) $((i >> 8 & 255)) $((i & 255))
	done | in_ns $R ip -batch -
}
send() { in_ns $C forward_send up c0 02:00:00:00:00:01 "$@"; }
send_down() { in_ns $S forward_send down s0 02:00:00:00:02:01 "$@"; }

run_way() { # WAY SIZE [down]: adds to kpps[WAY]
	local before ns
	use "$1"
	before=$(arrived "$3")
	read -r _ ns < <("send${3:+_down}" "$2" 0 "$clients" "$ms" 0)
	kpps[$1]+=" $(awk -v n=$(($(arrived "$3") - before)) -v ns="$ns" \
		'BEGIN { printf "%.1f", n * 1e6 / ns }')"
}

# quotients "A..." "B...": of one round each
quotients() {
	awk -v a="$1" -v b="$2" 'BEGIN { n = split(a, x, " "); split(b, y, " ")
		for (i = 1; i <= n; i++) printf "%s%.4f", (i > 1 ? " " : ""), (y[i] ? x[i] / y[i] : 0) }'
}
row() { printf 'row\t%s\t%s\t%s\t%s\n' "$@"; }
# ratios WHAT: kpps of every way by what it is compared with
ratios() {
	local way goal
	for way in "${ways[@]}"; do
		goal=-
		case $way:$clients in tc:10000 | xdp:10000 | nf:10000) goal='>=0.97' ;; esac
		[[ $way:$1 = fast:64* ]] && goal='>=2.5'
		[ -n "${base[$way]}" ] && [ -n "${kpps[$way]}" ] && [ -n "${kpps[${base[$way]}]}" ] &&
			row "$1: $way / ${base[$way]}" ratio "$goal" \
				"$(quotients "${kpps[$way]}" "${kpps[${base[$way]}]}")"
	done
}

forward() { # SIZE [down]
	local way name="$1 bytes"
	[ "$1" = 0 ] && name="mix"
	name+=${2:+ down}
	kpps=()
	for ((round = 0; round < rounds; round++)); do
		for way in "${ways[@]}"; do run_way "$way" "$1" "$2"; done
	done
	row "$name, $clients clients: plain" kpps - "${kpps[plain]# }"
	ratios "$name, $clients clients"
}

tcp() { # up|down: streams by iperf3, gigabits a second
	local way rev=
	[ "$1" = down ] && rev=-R
	kpps=()
	for ((round = 0; round < (rounds + 1) / 2; round++)); do
		for way in "${ways[@]}"; do
			sinks $way && continue
			use "$way"
			kpps[$way]+=" $(in_ns $C iperf3 -c 10.66.2.2 -p 5301 $rev -t 1 -O 0.2 -J |
				jq '.end.sum_received.bits_per_second / 1e9')"
		done
	done
	row "TCP $1: plain" Gbit/s - "${kpps[plain]# }"
	ratios "TCP $1"
}

# Those who pay lose nothing while others flood, from the other CPU.
flood() { # WAY
	local before sent out=() lost=() paid=() flooded
	use "$1"
	for ((round = 0; round < rounds; round++)); do
		before=$(arrived)
		exec 6< <(send 64 $STRANGERS 1000 1000 1)
		pids+=($!)
		sleep 0.2
		read -r sent _ < <(send 64 0 "$clients" 500 0 1000)
		read -r -u 6 flooded _
		lost+=($((sent - $(arrived) + before)))
		paid+=("$sent")
		out+=($((flooded / 1000)))
	done
	row "flood by strangers, $1: paid frames lost" frames 'max<=0' "${lost[*]}"
	row "flood by strangers, $1: paid frames sent" frames - "${paid[*]}"
	row "flood by strangers, $1: the flood" kpps - "${out[*]}"
}

[ $# -gt 0 ] || set -- 10 1000 10000
printf 'fact\tframes\tUDP of 64 and 1500 bytes, and 7:4:1 of 64, 576, 1500; each of a random client\n'
printf 'fact\truns\t%s rounds of %s ms, sender and router on one CPU\n' "$rounds" "$ms"
for clients; do
	for way in "${ways[@]}"; do
		way_up "$way" || { echo "forward: $way with $clients clients is not set up" >&2; exit 1; }
		sink replace
		[ ${#down_sizes[@]} = 0 ] || neighbours
	done
	for size in "${sizes[@]}"; do forward "$size"; done
	for size in "${down_sizes[@]}"; do forward "$size" down; done
	if [ "$clients" = 10 ] && [ "$(nproc)" -gt 1 ]; then
		for way in tc xdp; do [[ " ${ways[*]} " = *" $way "* ]] && flood $way; done
	fi
	if [ "$clients" = 1000 ] && [ "${FORWARD_TCP:-yes}" = yes ]; then
		for way in "${ways[@]}"; do
			sinks $way && continue
			use "$way"
			sink del
			start in_ns $S iperf3 -s -p 5301 >/dev/null 2>&1
		done
		sleep 0.5
		tcp up
		tcp down
	fi
	all_down
done
