# SPDX-License-Identifier: GPL-2.0
# A neighbour who does not pay, beside the client of net.sh: 10.66.1.3 and fd66:1::3 in
# namespace $N, behind port p1 of the bridge.  After net_up bridged: unpaid_up.

N=$T-n

unpaid_link() {
	ip link add n0 netns $N address 02:00:00:00:00:03 type veth peer name p1 netns $R
	in_ns $R ip link set p1 master br0
	in_ns $R ip link set p1 up
	in_ns $N ip addr add 10.66.1.3/24 dev n0
	in_ns $N ip addr add fd66:1::3/64 dev n0 nodad
	in_ns $N ip link set n0 up
	in_ns $N ip route replace default via 10.66.1.1
	in_ns $N ip -6 route replace default via fd66:1::1
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
unpaid_known() {
	in_ns $R ip neigh replace 10.66.1.3 lladdr 02:00:00:00:00:03 dev br0
	in_ns $N ip neigh replace 10.66.1.1 lladdr 02:00:00:00:00:01 dev n0
}
