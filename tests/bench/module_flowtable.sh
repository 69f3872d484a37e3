#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the kernel's flowtable spares a frame that is metered behind NAT, inside the
# test VM: module_flowtable.sh instructions.  One UDP flow of one client, up, that was
# answered once, so that its connection is one that the flowtable takes.
set -uo pipefail
# shellcheck source=tests/bench/guest.sh
. "$TS_TOP/tests/bench/guest.sh"
guest_bench "$1"
guest_load
modprobe -a nf_flow_table nf_flow_table_inet nf_conntrack_netlink 2>/dev/null
ROUNDS=3 MS=60

nat() { # [FLOWTABLE]: a chain that follows connections, with a flowtable or without
	local table= then=accept

	if [ -n "$1" ]; then
		table="flowtable ft { hook ingress priority 0; devices = { p0, u0 }; }"
		then="flow add @ft"
	fi
	in_ns $R nft -f - <<-END
	table inet bench {
		$table
		chain forward { type filter hook forward priority 0; ct state established $then; }
		chain nat { type nat hook postrouting priority srcnat; oifname "u0" masquerade; }
	}
	END
}
send() { in_ns $C forward_send up c0 02:00:00:00:00:01 64 0 1 "$1" 0; }
arrived() { in_ns $S ip -j -s link show s0 | jq '.[0].stats64.rx.packets'; }
offloaded() { in_ns $R conntrack -L 2>/dev/null | grep -c OFFLOAD; }

# An answer makes the connection an established one.
answer() {
	start in_ns $S python3 -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 4242))
s.settimeout(30)
for i in range(3):
    s.sendto(b"yes", s.recvfrom(2000)[1])'
	answerer=$!
	until_true 5 answers_wait
	send 1 >/dev/null
	wait $answerer || { echo "flowtable: nothing arrives" >&2; return 1; }
}
answers_wait() { in_ns $S ss -lun | grep -q :4242; }

way() { # NAT METER: instructions of a frame, in each round; sets spent
	local round before frames ns

	net_up
	in_ns $C ip link set c0 address 02:01:00:00:00:00
	in_ns $R ethtool -K p0 gro on || return 1
	in_ns $R sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.p0.rp_filter=0
	in_ns $R ip route add 10.80.0.0/16 dev p0
	in_ns $R ip neigh replace 10.80.0.0 lladdr 02:01:00:00:00:00 dev p0 nud permanent
	[ -z "$2" ] || in_ns $R crowd genl p0 nf 1 >/dev/null || return 1
	[ "$1" = plain ] || nat "${1#nat}" || return 1
	answer || return 1
	in_ns $R ip neigh replace 10.66.2.2 lladdr 02:00:00:00:00:99 dev u0 nud permanent
	spent=
	for ((round = 0; round < ROUNDS; round++)); do
		before=$(arrived)
		read -r frames ns < <(send $MS)
		[ "$(($(arrived) - before))" -ge "$frames" ] || { echo "$1: frames are lost" >&2; return 1; }
		spent+=" $(awk -v f="$frames" -v ns="$ns" 'BEGIN { printf "%.1f", ns / f }')"
	done
	if [ "$1" = natft ] && [ "$(offloaded)" = 0 ]; then
		echo "flowtable: it has not taken the connection" >&2
		return 1
	fi
	net_down
}

declare -A of
for meter in "" nf; do
	for nat in plain nat natft; do
		way $nat "$meter" || exit 1
		of[$nat$meter]=$spent
	done
done
for meter in "" nf; do
	with=${meter:+, metered by nf}
	row "behind NAT$with: a frame" instr "${of[nat$meter]# }"
	row "by the flowtable$with: a frame" instr "${of[natft$meter]# }"
	row "speed by the flowtable$with: over NAT without" ratio \
		"$(each 'a / b' "${of[nat$meter]}" "${of[natft$meter]}")"
	row "speed by the flowtable$with: over no NAT" ratio \
		"$(each 'a / b' "${of[plain$meter]}" "${of[natft$meter]}")"
done
