# SPDX-License-Identifier: GPL-2.0
# A neighbour who does not pay, beside the client of net.sh: 10.66.1.3 and fd66:1::3 in
# namespace $N, behind port p1 of the bridge, or a routed port.  After net_up: unpaid_up.

N=$T-n

unpaid_link() {
	ip link add n0 netns $N address 02:00:00:00:00:03 type veth peer name p1 netns $R
	[ $ZONE = p0 ] || in_ns $R ip link set p1 master br0
	in_ns $R ip link set p1 up
	[ $ZONE = br0 ] || unpaid_routes
	in_ns $N ip addr add 10.66.1.3/24 dev n0
	in_ns $N ip addr add fd66:1::3/64 dev n0 nodad
	in_ns $N ip link set n0 up
	in_ns $N ip route replace default via 10.66.1.1
	in_ns $N ip -6 route replace default via fd66:1::1
}
unpaid_routes() {
	in_ns $R ip addr add 10.66.1.1/32 dev p1
	in_ns $R ip addr add fd66:1::1/128 dev p1 nodad
	in_ns $R ip route add 10.66.1.3/32 dev p1
	in_ns $R ip -6 route add fd66:1::3/128 dev p1
}
net_down_all() { ip netns del $N 2>/dev/null; net_down; rm -rf "$W"; }
trap net_down_all EXIT

unpaid_up() {
	ip netns add $N
	in_ns $N ip link set lo up
	in_ns $R sysctl -qw net.bridge.bridge-nf-call-iptables=0 2>/dev/null
	unpaid_link
}
# With static entries nothing but the meter and the gate can stop either side.
unpaid_known() { # [MAC]
	local dev=p1
	[ $ZONE = p0 ] || dev=br0
	in_ns $R ip neigh replace 10.66.1.3 lladdr ${1:-02:00:00:00:00:03} dev $dev
	in_ns $N ip neigh replace 10.66.1.1 dev n0 \
		lladdr "$(in_ns $R ip -j link show $dev | jq -r '.[0].address')"
}
