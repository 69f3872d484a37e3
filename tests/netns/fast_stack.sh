#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What is not plain goes by the stack: frames by hand of every kind, both ways, and what
# becomes of each is, to the byte, what becomes of it without the fast path.
. "$(dirname "$0")/net.sh"
. "$(dirname "$0")/fast_net.sh"
W=$(mktemp -d "${TMPDIR:-/tmp}/tsnet.XXXXXX")
trap 'net_down; rm -rf "$W"' EXIT

mac() { in_ns "$1" ip -j link show "$2" | jq -r '.[0].address'; }
knows() { # NAMESPACE DEVICE ADDRESS... MAC
	local ns=$1 dev=$2 mac=${*: -1} to
	for to in "${@:3:$#-3}"; do
		in_ns "$ns" ip neigh replace "$to" lladdr "$mac" dev "$dev" nud permanent
	done
}
# Nothing is sent but by hand, by the router, and what was asked for.
quiet() { # NAMESPACE DEVICE
	in_ns "$1" nft -f - <<-EOF
	table netdev quiet {
		chain i {
			type filter hook ingress device "$2" priority 0;
			meta protocol arp accept
			icmp type { echo-request, echo-reply } accept
			icmpv6 type { echo-request, echo-reply, nd-neighbor-solicit, nd-neighbor-advert } accept
			drop
		}
	}
	EOF
}
hosts() { # NAMESPACE DEVICE SIDE ROUTER-DEVICE
	in_ns "$1" ip addr add 10.66.$3.3/24 dev "$2"
	in_ns "$1" ip addr add fd66:$3::3/64 dev "$2" nodad
	knows $R "$4" 10.66.$3.{2,82,83,84,85,86,87} fd66:$3::2 "$(mac "$1" "$2")"
	knows "$1" "$2" 10.66.$3.1 fd66:$3::1 "$(mac $R "$4")"
	quiet "$1" "$2"
}
routes() {
	in_ns $R ip -batch - <<-'EOF'
	route add default via 10.66.2.2
	route add throw 10.9.4.0/24
	route add 10.66.8.0/24 via 10.66.2.2
	route add 10.66.9.0/24 via 10.66.1.2
	route add blackhole 10.9.1.0/24
	route add unreachable 10.9.2.0/24
	route add prohibit 10.9.3.0/24
	EOF
	in_ns $R ip -6 -batch - <<-'EOF'
	route add default via fd66:2::2
	route add fd66:8::/64 via fd66:2::2
	route add fd66:9::/64 via fd66:1::2
	route add blackhole fd09:1::/64
	route add unreachable fd09:2::/64
	route add prohibit fd09:3::/64
	EOF
}
# Every error is told of, and not so many a second; but who is asked for in vain is not
# given up while anybody looks.
errors_all() {
	local dev
	in_ns $R sysctl -qw net.ipv4.icmp_ratemask=0 net.ipv6.icmp.ratelimit=0
	for dev in p0 u0; do
		in_ns $R sysctl -qw net.ipv4.neigh.$dev.retrans_time_ms=60000 \
			net.ipv6.neigh.$dev.retrans_time_ms=60000
	done
}
frames() { # MODE
	local way leaves
	for way in up down; do
		[ $way = up ] && leaves=u0 || leaves=p0
		in_ns $R ip link set $leaves mtu 1300
		in_ns $R ip neigh flush to 10.66.0.0/16
		in_ns $R ip -6 neigh flush to fd66::/16
		python3 -B "$(dirname "$0")/fast_stack.py" $1 $way "$W/$way" $id $C $R $S ||
			echo "$way, all of it	failed	done"
		in_ns $R ip link set $leaves mtu 1500
	done
}

fast_up
if [[ $(fast_add p0 2>&1) = *"Linux 6.3 or newer is needed"* ]]; then
	skip "frames by hand" "this kernel cannot have a fast path"
	done_testing
	exit
fi
in_ns $R tsctl port del p0
hosts $C c0 1 p0
hosts $S s0 2 u0
routes
errors_all
in_ns $R tsctl -d bpf port add p0 meter xdp
in_ns $R tsctl -d bpf tariff set 1 internet up 3 down 2 local up 3 down 2
id=$(account 02:00:00:00:00:02 p0)
in_ns $R tsctl grant $id bytes 50M >/dev/null
frames stack
in_ns $R tsctl port del p0
check "it is added" fast_add p0
start in_ns $R fastkeep
check "it is on" until_true 5 is_fast true
frames fast >"$W/said"
while IFS=$'\t' read -r name got want; do is "$name" "$got" "$want"; done <"$W/said"
check "it is on still" is_fast true
done_testing
