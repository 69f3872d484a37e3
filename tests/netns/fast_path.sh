#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The fast path: paid frames leave by redirect, exactly metered, and everything that
# is not plain goes by the stack.  What it would bypass refuses it and ends it.
. "$(dirname "$0")/net.sh"
METER='xdp"; fast_path = "xdp"; fast_path_from = "u0'
. "$(dirname "$0")/tsd.sh"
. "$(dirname "$0")/fast_net.sh"

# With a second client (d0, p1) in a namespace of its own.
D=$T-d
two_up() {
	fast_up
	ns_add $D
	ip link add d0 netns $D address 02:00:00:00:00:03 type veth \
		peer name p1 netns $R address 02:00:00:00:00:11
	in_ns $D ip link set d0 up
	in_ns $R ip link set p1 up
	in_ns $D ip addr add 10.66.3.2/24 dev d0
	in_ns $R ip addr add 10.66.3.1/24 dev p1
	in_ns $D ip route add default via 10.66.3.1
	no_rp_filter
	takes_bursts $D d0
}
two_down() { ip netns del $D 2>/dev/null; net_down; }
trap 'two_down; rm -rf "$W"' EXIT

arrived() { in_ns "$1" nft -j list counter inet q seen | jq '.nftables[] | select(.counter) | .counter.packets'; }
# Frames that the router's stack took, of IPv4 and IPv6.
by_stack() {
	in_ns $R awk '$1 == "Ip:" && n++ { print $7 }' /proc/net/snmp
}
by_stack6() { in_ns $R awk '$1 == "Ip6InReceives" { print $2 }' /proc/net/snmp6; }
# send NAMESPACE ADDRESS COUNT LENGTH [OPTION...]: UDP datagrams of that payload, to port 9;
# ttl N, options, gap: between two of them
send() {
	in_ns "$1" python3 - "${@:2}" <<-'PY'
	import socket, sys, time
	to, n, size, *more = sys.argv[1:]
	s = socket.socket(socket.AF_INET6 if ":" in to else socket.AF_INET, socket.SOCK_DGRAM)
	if "ttl" in more:
	    s.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, int(more[more.index("ttl") + 1]))
	if "options" in more:
	    s.setsockopt(socket.IPPROTO_IP, socket.IP_OPTIONS, b"\x01\x01\x01\x01")
	if "df" in more:
	    s.setsockopt(socket.IPPROTO_IP, 10, 2)
	for i in range(int(n)):
	    try:
	        s.sendto(b"x" * int(size), (to, 9))
	    except OSError:
	        pass
	    time.sleep(0.0002)
	PY
}
# warm: neighbours known to the router in both directions
warm() {
	in_ns $C ping -qc1 -W2 10.66.2.2 >/dev/null
	in_ns $C ping -qc1 -W2 10.66.3.2 >/dev/null
	in_ns $C ping -6qc1 -W2 fd66:2::2 >/dev/null
}
charged() { field "$1" charged_units; }
# few COUNT OF: a frame of each destination in a second goes by the stack
few() { [ "$1" -le $(($2 / 10)) ]; }
# goes NAME NAMESPACE ADDRESS fast|stack COUNT LENGTH UNITS [OPTION...]: from the
# client, COUNT datagrams that cost UNITS of account $id each, and how they went
goes() {
	local name=$1 ns=$2 to=$3 way=$4 n=$5 len=$6 units=$7
	local a s c; shift 7
	a=$(arrived $ns) s=$(by_stack) c=$(charged $id)
	send $C $to $n $len "$@"
	is "$name: all arrive" $(($(arrived $ns) - a)) $n
	is "$name: charged once" $(($(charged $id) - c)) $((n * units))
	if [ $way = fast ]; then
		check "$name: not by the stack" few $(($(by_stack) - s)) $n
	else
		is "$name: by the stack" $(($(by_stack) - s)) $n
	fi
}
# Counted there, and no answer sent that would be counted, too.
listen() {
	local ns
	for ns in $C $D $S; do
		in_ns $ns nft -f - <<-'EOF'
		table inet q {
			counter seen { }
			chain p { type filter hook prerouting priority -300; udp dport 9 counter name seen; }
			chain i { type filter hook input priority 0; udp dport 9 drop; }
		}
		EOF
	done
}

refused() { # NAME PATTERN: adding p0 fails and says so
	local said
	said=$(fast_add p0 2>&1) && { not_ok "$1"; in_ns $R tsctl port del p0; return; }
	if [[ $said = *$2* ]]; then ok "$1"; else not_ok "$1"; note "$said"; fi
	is "$1: no XDP is left" "$(in_ns $R ip -d link show | grep -c 'prog/xdp')" 0
}

two_up
listen
# --- before Linux 6.3 everything does, by name, and the same meter works without -------
said=$(fast_add p0 2>&1)
if [[ $said = *"Linux 6.3 or newer is needed"* ]]; then
	ok "this kernel cannot have it, and that is said"
	is "no XDP is left" "$(in_ns $R ip -d link show | grep -c 'prog/xdp')" 0
	check "meter xdp without it" in_ns $R tsctl -d bpf port add p0 meter xdp
	done_testing
	exit
fi
in_ns $R tsctl -d bpf port del p0

# --- what refuses it -----------------------------------------------------------
in_ns $R nft -f - <<<'table inet fw { chain f { type filter hook forward priority 0; }; }'
refused "a firewall" "chain f of nftables table fw"
in_ns $R nft delete table inet fw
in_ns $R nft -f - <<<'table netdev fw { chain f { type filter hook ingress device "p0" priority 0; }; }'
refused "a netdev chain" "chain f of nftables table fw"
in_ns $R nft delete table netdev fw
in_ns $R tc qdisc add dev u0 root tbf rate 1gbit burst 100k latency 10ms
refused "a shaper at the upstream" "qdisc tbf at u0"
in_ns $R tc qdisc del dev u0 root
in_ns $R tc qdisc add dev p0 clsact
if in_ns $R tc filter add dev p0 ingress prio 7 protocol ip u32 match u32 0 0 2>/dev/null ||
   in_ns $R tc filter add dev p0 ingress prio 7 matchall 2>/dev/null; then
	refused "a tc filter at the port" "a tc filter at p0"
else
	skip "a tc filter at the port" "no classifier in this kernel"
fi
in_ns $R tc qdisc del dev p0 clsact
in_ns $R sysctl -qw net.ipv4.conf.u0.rp_filter=1
refused "reverse path filtering" "net.ipv4.conf.u0.rp_filter=0"
in_ns $R sysctl -qw net.ipv4.conf.u0.rp_filter=0
in_ns $S ethtool -K s0 gro off
refused "an upstream that takes no redirect" "u0 cannot take redirected frames"
in_ns $S ethtool -K s0 gro on
if in_ns $R ip xfrm policy add dir out src 10.9.0.0/24 dst 10.8.0.0/24 action block 2>/dev/null; then
	refused "IPsec" "IPsec policy"
	in_ns $R ip xfrm policy flush
else
	skip "IPsec" "no xfrm in this kernel"
fi
in_ns $R ip link add br9 type bridge
in_ns $R ip link set p0 master br9
refused "a bridge port" "p0 is a port of another device"
in_ns $R ip link del br9
is "meter tc" "$(in_ns $R tsctl -d bpf port add p0 meter tc fast-path xdp fast-path-from u0 2>&1 | grep -c 'part of meter xdp')" 1
is "one direction" "$(in_ns $R tsctl -d bpf port add p0 meter xdp direction up fast-path xdp fast-path-from u0 2>&1 | grep -c 'both directions')" 1
is "no upstream" "$(in_ns $R tsctl -d bpf port add p0 meter xdp fast-path xdp fast-path-from nix9 2>&1 | grep -c 'no device nix9')" 1

in_ns $R tsctl -d bpf tariff set 1 internet up 3 down 2

# --- what takes it, and what does not ------------------------------------------
check "it is added" fast_add p0
check "and at a second port" fast_add p1
start in_ns $R fastkeep
keeper=$!
check "it is on" until_true 5 is_fast true
id=$(account 02:00:00:00:00:02 p0)
other=$(account 02:00:00:00:00:03 p1)
in_ns $R tsctl grant $id bytes 50M >/dev/null
in_ns $R tsctl grant $other bytes 50M >/dev/null
warm
sleep 0.3
U=10.66.2.2
goes "up" $S $U fast 200 100 $((3 * 142))
before6=$(by_stack6) a=$(arrived $S) c=$(charged $id)
send $C fd66:2::2 100 100
is "up, IPv6: all arrive" $(($(arrived $S) - a)) 100
is "up, IPv6: charged once" $(($(charged $id) - c)) $((100 * 3 * 162))
check "up, IPv6: not by the stack" test $(($(by_stack6) - before6)) -lt 10
goes "IP options" $S $U stack 20 100 $((3 * 146)) options
a=$(arrived $C) s=$(by_stack) c=$(charged $id)
send $S 10.66.1.2 200 100
is "down: all arrive" $(($(arrived $C) - a)) 200
is "down: charged once" $(($(charged $id) - c)) $((200 * 2 * 142))
check "down: not by the stack" few $(($(by_stack) - s)) 200
c=$(charged $other)
goes "client to client" $D 10.66.3.2 fast 100 100 $((3 * 142))
is "client to client: the other pays, too" $(($(charged $other) - c)) $((100 * 2 * 142))

# Fragments: two frames, of 1500 + 14 and 548 + 14 bytes.
s=$(by_stack) c=$(charged $id)
send $C $U 10 2000
is "fragments: by the stack" $(($(by_stack) - s)) 20
is "fragments: charged once" $(($(charged $id) - c)) $((10 * 3 * (1514 + 562)))

# TTL and MTU: the stack answers.  Its answers are of the box, and cost nothing.
errors() { in_ns $R awk -v f=$1 '$1 == "Icmp:" { if (!n++) { for (i = 2; i <= NF; i++) if ($i == f) at = i } else print $at }' /proc/net/snmp; }
e=$(errors OutTimeExcds) a=$(arrived $S)
send $C $U 1 100 ttl 1
is "TTL 1: time exceeded" $(($(errors OutTimeExcds) - e)) 1
is "TTL 1: not forwarded" $(($(arrived $S) - a)) 0
in_ns $R ip link set u0 mtu 1300
e=$(errors OutDestUnreachs)
send $C $U 1 1400 df
is "MTU: fragmentation needed" $(($(errors OutDestUnreachs) - e)) 1
in_ns $R ip link set u0 mtu 1500

# Forwarding off: nothing is, and the next neighbour unknown: the stack asks for it.
in_ns $R sysctl -qw net.ipv4.ip_forward=0
a=$(arrived $S)
send $C $U 20 100
is "ip_forward=0: nothing arrives" $(($(arrived $S) - a)) 0
in_ns $R sysctl -qw net.ipv4.ip_forward=1
in_ns $R ip neigh flush dev u0
s=$(by_stack) c=$(charged $id)
send $C $U 100 100
is "unknown neighbour: charged once" $(($(charged $id) - c)) $((100 * 3 * 142))
check "unknown neighbour: the first by the stack, the others not" \
	test $(($(by_stack) - s)) -ge 1 -a $(($(by_stack) - s)) -lt 50

# Sources that no router forwards from, and a frame with a tag of no VLAN: the stack's.
raw() { # SOURCE [tag] [COUNT]: datagrams to the server, from the client's MAC
	in_ns $C python3 - "$@" <<-'PY'
	import socket, struct, sys
	src = socket.inet_aton(sys.argv[1])
	ip = struct.pack("!BBHHHBBH", 0x45, 0, 128, 1, 0, 64, 17, 0) + src + socket.inet_aton("10.66.2.2")
	total = sum(struct.unpack("!10H", ip))
	total = (total & 0xffff) + (total >> 16)
	ip = ip[:10] + struct.pack("!H", ~(total + (total >> 16)) & 0xffff) + ip[12:]
	s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
	s.bind(("c0", 0))
	tag = bytes.fromhex("81000000") if "tag" in sys.argv else b""
	for i in range(int(sys.argv[-1]) if sys.argv[-1].isdigit() else 1):
	    s.send(bytes.fromhex("020000000001020000000002") + tag + b"\x08\x00" + ip +
	           struct.pack("!HHHH", 9, 9, 108, 0) + b"x" * 100)
	PY
}
for spoof in 10.66.1.1 127.0.0.1 224.0.0.1; do
	a=$(arrived $S) c=$(charged $id)
	raw $spoof
	is "source $spoof: not forwarded" $(($(arrived $S) - a)) 0
	is "source $spoof: charged" $(($(charged $id) - c)) $((3 * 142))
done
a=$(arrived $S) s=$(by_stack) c=$(charged $id)
raw 10.66.1.2 20
is "by hand: all arrive, charged once" "$(($(arrived $S) - a)) $(($(charged $id) - c))" "20 $((20 * 3 * 142))"
check "by hand: fast" few $(($(by_stack) - s)) 20
a=$(arrived $S) s=$(by_stack) c=$(charged $id)
raw 10.66.1.2 tag
is "a priority tag: by the stack" "$(($(arrived $S) - a)) $(($(by_stack) - s)) $(($(charged $id) - c))" "1 1 $((3 * 146))"

# --- exact to the frame ----------------------------------------------------------
# Of 142 bytes each, 3 units a byte up and 2 down.
in_ns $R tsctl account close $id >/dev/null
id=$(account 02:00:00:00:00:02 p0)
in_ns $R tsctl grant $id add $((50 * 3 * 142 + 425)) >/dev/null
a=$(arrived $S) s=$(by_stack)
send $C $U 200 100
is "dry, up: what was paid for arrives, and not one frame more" $(($(arrived $S) - a)) 50
is "dry, up: one unit short of a frame is left" $(($(field $id granted_units) - $(charged $id))) 425
a=$(arrived $C)
send $S 10.66.1.2 10 100
is "dry, down: what was left was enough for one" $(($(arrived $C) - a)) 1
is "dry, down: and the rest stays" $(($(field $id granted_units) - $(charged $id))) 141

# --- what comes while it runs ----------------------------------------------------
in_ns $R tsctl grant $id bytes 50M >/dev/null
in_ns $R nft -f - <<<'table inet fw { chain f { type filter hook forward priority 0; udp dport 9 drop; }; }'
check "a firewall ends it" until_true 5 is_fast false
is "and it is named" "$(port p0 fast_reason | grep -c 'table fw')" 1
a=$(arrived $S) c=$(charged $id)
send $C $U 20 100
is "the firewall is heard" $(($(arrived $S) - a)) 0
is "what it drops was metered" $(($(charged $id) - c)) $((20 * 3 * 142))
in_ns $R nft delete table inet fw
check "without it the fast path is back" until_true 5 is_fast true
goes "after the firewall" $S $U fast 50 100 $((3 * 142))

# A card that strips tags hides what network a frame is of.
is "tags stay in the frames" "$(in_ns $R ethtool -k u0 | grep -c 'rx-vlan-offload: off')" 1
in_ns $R ethtool -K u0 rxvlan on
check "stripped, they end it" until_true 5 is_fast false
is "and it is said how to mend it" "$(port p0 fast_reason | grep -c 'ethtool -K u0 rxvlan off')" 1
in_ns $R ethtool -K u0 rxvlan off
check "kept, it is back" until_true 5 is_fast true

# A station that went is asked for, found gone, and billed nothing any more.
in_ns $R sysctl -qw net.ipv4.neigh.p0.base_reachable_time_ms=1000 \
	net.ipv4.neigh.p0.delay_first_probe_time=1
in_ns $R ip neigh replace 10.66.1.2 lladdr 02:00:00:00:00:02 dev p0 nud stale
in_ns $C nft -f - <<<'table netdev gone { chain i { type filter hook ingress device "c0" priority 0; drop; }; }'
left() { in_ns $R ip neigh show 10.66.1.2 dev p0 | grep -q "FAILED\|INCOMPLETE" || [ -z "$(in_ns $R ip neigh show 10.66.1.2 dev p0)" ]; }
knocks() { send $S 10.66.1.2 20 100; left; }
check "who went is found gone" until_true 20 knocks
c=$(charged $id)
send $S 10.66.1.2 100 100
is "and is billed nothing" $(($(charged $id) - c)) 0
in_ns $C nft delete table netdev gone
check "who is back is online" until_true 5 in_ns $C ping -qc1 -W1 10.66.2.2

stop $keeper
check "when nobody looks any more, it ends" until_true 10 is_fast false
goes "nobody looks" $S $U stack 50 100 $((3 * 142))
in_ns $R tsctl port del p1
is "a port that is deleted cannot be redirected to" \
	"$(bpftool -j map dump pinned "/sys/fs/bpf/tokenswitch/$(command stat -Lc %i /run/netns/$R)/ts_fast" | jq length)" 2
in_ns $R tsctl port del p0
is "no XDP is left at any device" "$(in_ns $R ip -d link show | grep -c 'prog/xdp')" 0

# --- tsd: its own tables are no obstacle, when they need not follow connections ----
in_ns $R tsctl meter destroy
check "tsd starts" tsd_up p0 'gate = { unsolicited = true; };'
check "its tables stand" in_ns $R nft list table inet tokenswitch >"$W/tables"
check "tsd: a payment" pay 0.01 >"$W/paid"
check "tsd: the fast path is on" until_true 5 is_fast true
in_ns $C ping -qc1 -W2 $U >/dev/null
id=$(in_ns $R tsctl -j account list | jq '.[0].id')
price=$(in_ns $C curl -s $BOX/v1/session | jq -r .tariff.prices.internet.up.units_per_byte)
goes "tsd" $S $U fast 50 100 $((142 * price))
in_ns $R nft -f - <<<'table inet fw { chain f { type filter hook forward priority 0; }; }'
check "tsd: a firewall ends it" until_true 5 is_fast false
in_ns $R nft delete table inet fw
check "tsd: and it comes back" until_true 5 is_fast true
tsd_kill
check "tsd killed: it ends" until_true 10 is_fast false
goes "tsd killed" $S $U stack 50 100 $((142 * price))
sed -i 's/unsolicited = true/unsolicited = false/' "$W/tsd.conf"
is "a gate that follows connections is named" \
	"$(in_ns $R tsd --check-config -c "$W/tsd.conf" 2>&1 | grep -c 'set gate.unsolicited = true')" 1
done_testing
