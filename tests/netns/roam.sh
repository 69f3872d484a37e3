#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A client moves to another box of the community with a download under way, and goes on
# with what it paid at home (M14): two tsd, the bpf meter, a link between them that is cut,
# each of them killed (-9), and the way back.
#
#   client c0 (10.66.1.2) --- p0 home  (10.66.1.1) u0 --- s0 server (10.66.2.2)
#          c1 (10.66.3.2) --- q0 host  (10.66.3.1) v0 --- s1        (10.66.4.2)
#                                home h0 (10.66.5.1) --- (10.66.5.2) h1 host
#
# The client's own address is 10.66.9.9, wherever it is, as in a mesh that carries its
# frames on; the server's way back to it follows it.
. "$(dirname "$0")/net.sh"

N=$T-n
W=$(mktemp -d /tmp/tsroam.XXXXXX)
HOME_BOX=http://10.66.1.1:2050
HOST_BOX=http://10.66.3.1:2050
BYTES=50000000
declare -A tsd_pid

roam_down() {
	in_ns $N tsctl -d bpf meter destroy >/dev/null 2>&1
	net_down
	ip netns del $N 2>/dev/null
	rm -rf "$W"
}
trap roam_down EXIT

topology() {
	net_up
	ns_add $N
	ip link add c1 netns $C address 02:00:00:00:00:12 type veth \
		peer name q0 netns $N address 02:00:00:00:00:11
	ip link add v0 netns $N type veth peer name s1 netns $S
	ip link add h0 netns $R type veth peer name h1 netns $N
	in_ns $N sysctl -qw net.ipv4.ip_forward=1
	in_ns $S sysctl -qw net.ipv4.ip_forward=1
	in_ns $C ip addr add 10.66.3.2/24 dev c1
	in_ns $C ip addr add 10.66.9.9/32 dev lo
	in_ns $N ip addr add 10.66.3.1/24 dev q0
	in_ns $N ip addr add 10.66.4.1/24 dev v0
	in_ns $S ip addr add 10.66.4.2/24 dev s1
	in_ns $R ip addr add 10.66.5.1/24 dev h0
	in_ns $N ip addr add 10.66.5.2/24 dev h1
	in_ns $C ip link set c1 up
	in_ns $N ip link set q0 up; in_ns $N ip link set v0 up; in_ns $N ip link set h1 up
	in_ns $S ip link set s1 up; in_ns $R ip link set h0 up
	in_ns $R ip route add 10.66.9.9 via 10.66.1.2
	in_ns $N ip route add 10.66.9.9 via 10.66.3.2
	in_ns $N ip route add default via 10.66.4.2
	at_home
}

# Where the client is; all of its own traffic is from 10.66.9.9.
at() { # DEVICE ITS-ROUTER SERVER'S-WAY-BACK
	in_ns $C ip route replace 10.66.2.2 via "$2" dev "$1" src 10.66.9.9
	in_ns $S ip route replace 10.66.9.9 via "$3"
}
at_home() { at c0 10.66.1.1 10.66.2.1; }
at_host() { at c1 10.66.3.1 10.66.4.1; }

config() { # NAME, PORT, HTTP ADDRESS, OWN, OTHER'S ADDRESS ON THE LINK, OTHER'S KEY ADDRESS
	mkdir -p "$W/$1"
	cat >"$W/$1/tsd.conf" <<-CONF
	run_dir = "$W/$1"; state_dir = "$W/$1";
	key = { file = "$W/$1.key"; passphrase_file = "$W/pass"; };
	chain = { id = 20180430; tokens_network = "0x0000000000000000000000000000000000007e70";
		tokens = ( { address = "0x00000000000000000000000000000000000070c5"; symbol = "SMT"; decimals = 18; } ); };
	listen = { http = [ "$3:2050", "$4:2050" ]; photon = "$4:40001"; };
	meter = { driver = "bpf"; };
	ports = ( { pattern = "$2"; meter = "tc"; } );
	rules = ( "free udp 53", "local 10.66.1.0/24", "local 10.66.3.0/24" );
	tariffs = ( { id = 1; local = { up = "0"; down = "0"; }; internet = { up = "1"; down = "1"; }; } );
	peers = ( { address = "$6"; at = "$5:40001"; } );
	community = ( { address = "$6"; url = "http://$5:2050"; } );
	discovery = { mdns = false; };
	money = { slice_seconds = 2; slice_min_bytes = 1000000; slice_max = "0.002"; };
	CONF
}
channel() { # FILE, OWN, PARTNER, BLOCK
	cat >"$1" <<-CHANNEL
	{ "chain_id": 20180430, "tokens_network": "0x0000000000000000000000000000000000007e70",
	  "token": "0x00000000000000000000000000000000000070c5", "address": "$2",
	  "partner_address": "$3", "open_block_number": $4, "settle_timeout": 100000,
	  "deposit_wei": "1000000000000000000000", "partner_deposit_wei": "1000000000000000000000" }
	CHANNEL
}
boxes() {
	local home host wallet

	(umask 077; echo "a passphrase of the tests" >"$W/pass")
	home=$(cheapkey "$W/home.key" "$W/pass") && host=$(cheapkey "$W/host.key" "$W/pass") &&
		wallet=$(cheapkey "$W/wallet" "$W/pass") || return 1
	config home p0 10.66.1.1 10.66.5.1 10.66.5.2 "$host"
	config host q0 10.66.3.1 10.66.5.2 10.66.5.1 "$home"
	channel "$W/wallet.json" "$home" "$wallet" 77
	channel "$W/there.json" "$home" "$host" 78
	channel "$W/back.json" "$host" "$home" 78
	run home $R; run host $N
	until_true 20 healthy $R $HOME_BOX && until_true 20 healthy $N $HOST_BOX || return 1
	hctl channel import "$W/wallet.json" && hctl channel import "$W/there.json" &&
		nctl channel import "$W/back.json"
}
run() { # NAME NAMESPACE
	nsenter --net=/run/netns/"$2" -- tsd -c "$W/$1/tsd.conf" >>"$W/$1/tsd.log" 2>&1 &
	tsd_pid[$1]=$!
	pids+=($!)
}
kill_hard() { kill -9 "${tsd_pid[$1]}"; wait "${tsd_pid[$1]}" 2>/dev/null; true; }
healthy() { in_ns "$1" curl -sf -m $PATIENCE "$2/v1/health"; }
hctl() { in_ns $R tsctl -j -c "$W/home/tsd.conf" "$@"; }
nctl() { in_ns $N tsctl -j -c "$W/host/tsd.conf" "$@"; }

tspay_() { in_ns $C tspay -k "$W/wallet" -p file:"$W/pass" -s "$W/purse" "$@"; }
pings() { in_ns $C ping -c 1 -W 1 -I 10.66.9.9 10.66.2.2 >/dev/null; }
does_not_ping() { ! pings; }
guest() { nctl roam list | jq -e "$1"; }
order() { hctl roam list | jq -e "$1"; }
no_guest() { guest '.in == []'; }
# In the background.  It only listens, so that a probe now and then has to tell the host's
# conntrack that somebody wants it (Documentation/roaming.md, limits).
download() {
	start in_ns $C curl -s --keepalive-time 1 --interface 10.66.9.9 --limit-rate "$1" -m 300 -o "$W/got" \
		http://10.66.2.2:8000/file
	download_pid=$!
}
# Bytes that have come so far.
got() { command stat -c %s "$W/got" 2>/dev/null || echo 0; }
has_got() { [ "$(got)" -ge "$1" ]; }

topology
head -c $BYTES /dev/urandom >"$W/file"
start in_ns $S python3 -m http.server -d "$W" -b 10.66.2.2 8000 >"$W/http.log" 2>&1
check "two boxes with a channel between them" boxes
check "a client pays at home" tspay_ --once 0.1 $HOME_BOX
check "and is online" until_true 10 pings
download 2M
check "a download begins" until_true 20 has_got 2000000

at_host
check "behind the other box it is cut" does_not_ping
before=$(got)
tspay_ roam $HOST_BOX >"$W/roam" 2>&1
is "its wallet signs an order" $? 0
sed 's/^/# /' "$W/roam"
check "the download goes on" until_true 30 has_got $((before + 2000000))
guest '.in[0] | "\(.order_to_grant_us / 1000) ms from the order to the first grant, \((.frame_to_grant_us // 0) / 1000) ms from the first frame"' |
	sed 's/^/# interruption: /'
check "the interruption is measured" guest '.in[0].order_to_grant_us > 0'
check "and in the status" test "$(nctl status | jq '.daemon.lag.roam.count')" = 1
check "home knows where it is" order '.out[0].state == "newest" and (.out[0].bought_wei | tonumber) > 0'
check "its session says whose guest it is" \
	test "$(in_ns $C curl -s $HOST_BOX/v1/session | jq -r '.roam.home')" = "$(hctl status | jq -r .daemon.address)"

# No slice rather than two.
in_ns $R ip link set h0 down
check "home cut off: the host says so" until_true 60 guest '.in[0].fault | test("does not answer")'
check "what was bought is used, and then it is cut" until_true 60 does_not_ping
check "so does the guest's session" \
	until_true 10 sh -c "nsenter --net=/run/netns/$C -- curl -s $HOST_BOX/v1/session | jq -e '.roam.fault | test(\"does not answer\")'"
bought=$(hctl roam list | jq -r '.out[0].bought_wei')
is "nothing is left of it" "$(nctl roam list | jq -r '.in[0] | (.unspent_wei | tonumber) < 2e12')" true
in_ns $R ip link set h0 up
check "home is there again: all is well" until_true 60 guest '.in[0].fault == ""'
check "and it is online again" until_true 10 pings

kill_hard host; run host $N
check "the host was killed and is back" until_true 20 healthy $N $HOST_BOX
kill_hard home; run home $R
check "and so is home" until_true 20 healthy $R $HOME_BOX
wait $download_pid
is "the download ends" $? 0
check "and is what was sent" cmp "$W/file" "$W/got"
check "home sold again since" until_true 60 order ".out[0].bought_wei != \"$bought\""

at_home
check "home again" tspay_ roam $HOME_BOX
check "the host lets it go" until_true 60 no_guest
check "what is left is back" until_true 20 order '[.out[] | select(.state == "superseded")] |
	all((.bought_wei | tonumber) > (.returned_wei | tonumber) and (.returned_wei | tonumber) > 0)'
check "and it is online at home" until_true 20 pings
at_host
check "but not behind the other box" does_not_ping
at_home

# Each unit is somewhere, once: used at home or at the host, or left at home.
ask() { python3 - "$W/$1/tsd.sock" <<-'PY'
	import socket, sys
	s = socket.socket(socket.AF_UNIX)
	s.connect(sys.argv[1])
	s.sendall(b'{"cmd":"account-of-bytes"}\n')
	print(s.makefile().readline(), end="")
	PY
}
balance() {
	ask home >"$W/home.sums" && ask host >"$W/host.sums" &&
		python3 - "$W/home.sums" "$W/host.sums" <<-'PY'
	import json, sys
	home, host = (json.load(open(f))["totals"][0] for f in sys.argv[1:])
	n = lambda o, *names: sum(int(o[x + "_wei"]) for x in names)
	left = n(home, "consumed", "reserved", "unspent") + n(host, "consumed", "reserved", "unspent")
	print("# at home used", home["consumed_wei"], "left", n(home, "unspent", "reserved"),
	      "at the host used", host["consumed_wei"], "left", n(host, "unspent", "reserved"))
	sys.exit(left != 10 ** 17 or int(host["consumed_wei"]) < 10 ** 16)
	PY
}
check "no unit is lost, none is there twice" balance
kill "${tsd_pid[home]}" "${tsd_pid[host]}"; wait "${tsd_pid[home]}" "${tsd_pid[host]}"
for box in home host; do
	check "the ledger of the $box agrees with itself" \
		tsctl -c "$W/$box/tsd.conf" ledger check
done
[ "$n_failed" = 0 ] || for box in home host; do sed "s/^/# $box: /" "$W/$box/tsd.log"; done
done_testing
