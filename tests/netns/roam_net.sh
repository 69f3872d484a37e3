# SPDX-License-Identifier: GPL-2.0
# Two boxes of a community with a channel between them, and a client that is behind the one
# or the other, for the tests of roaming.
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
declare -A tsd_pid ns_of=([home]=$R [host]=$N)

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
	in_ns $R ip route add 10.66.9.9 dev p0
	in_ns $N ip route add 10.66.9.9 dev q0
	in_ns $N ip route add default via 10.66.4.2
	at_home
}

# Where the client is; all of its own traffic is from 10.66.9.9.
at() { # DEVICE ITS-ROUTER SERVER'S-WAY-BACK
	in_ns $C ip route replace "$2" dev "$1" src 10.66.9.9
	in_ns $C ip route replace 10.66.2.2 via "$2" dev "$1" src 10.66.9.9
	in_ns $S ip route replace 10.66.9.9 via "$3"
}
at_home() { at c0 10.66.1.1 10.66.2.1; }
at_host() { at c1 10.66.3.1 10.66.4.1; }

config() { # NAME, PORT, HTTP ADDRESS, OWN, OTHER'S ADDRESS ON THE LINK, OTHER'S KEY ADDRESS
	(umask 077; mkdir -p "$W/$1/state")
	cat >"$W/$1/tsd.conf" <<-CONF
	run_dir = "$W/$1"; state_dir = "$W/$1/state";
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
	money = { slice_seconds = 2; slice_min_bytes = 1000000; slice_max = "0.002"; loss_bearer = "operator"; };
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
	run home; run host
	until_true 20 healthy $R $HOME_BOX && until_true 20 healthy $N $HOST_BOX || return 1
	hctl channel import "$W/wallet.json" && hctl channel import "$W/there.json" &&
		nctl channel import "$W/back.json"
}
run() { # NAME, more environment
	local name=$1; shift

	nsenter --net=/run/netns/"${ns_of[$name]}" -- env "$@" tsd -c "$W/$name/tsd.conf" \
		>>"$W/$name/tsd.log" 2>&1 &
	tsd_pid[$name]=$!
	pids+=($!)
}
kill_hard() { kill -9 "${tsd_pid[$1]}"; wait "${tsd_pid[$1]}" 2>/dev/null; true; }
healthy() { in_ns "$1" curl -sf -m $PATIENCE "$2/v1/health"; }
hctl() { in_ns $R tsctl -j -c "$W/home/tsd.conf" "$@"; }
nctl() { in_ns $N tsctl -j -c "$W/host/tsd.conf" "$@"; }

tspay_() { in_ns $C tspay -k "$W/wallet" -p file:"$W/pass" -s "$W/purse" "$@"; }
pings() { in_ns $C ping -c 1 -W 1 -I 10.66.9.9 10.66.2.2 >/dev/null; }
does_not_ping() { ! pings; }
# Says what it is; no answer, null and false are no.
says() { local said; said=$("$1" roam list | jq -r "$2") && case $said in ""|null|false) false ;; *) echo "$said" ;; esac; }
guest() { says nctl "$1"; }
order() { says hctl "$1"; }
no_guest() { guest '.in == []'; }
# In the background: it only listens, so that the host has to let in what began elsewhere.
download() {
	start in_ns $C curl -s --interface 10.66.9.9 --limit-rate "$1" -m 300 -o "$W/got" \
		http://10.66.2.2:8000/file
	download_pid=$!
}
# Bytes that have come so far.
got() { command stat -c %s "$W/got" 2>/dev/null || echo 0; }
has_got() { [ "$(got)" -ge "$1" ]; }

# Each unit is somewhere, once: used at home or at the host, or left at home.
ask() { python3 - "$W/$1/tsd.sock" <<-'PY'
	import socket, sys
	s = socket.socket(socket.AF_UNIX)
	s.connect(sys.argv[1])
	s.sendall(b'{"cmd":"account-of-bytes"}\n')
	print(s.makefile().readline(), end="")
	PY
}
balance() { # AT LEAST SO MUCH USED AT THE HOST
	ask home >"$W/home.sums" && ask host >"$W/host.sums" &&
		python3 - "$W/home.sums" "$W/host.sums" "$1" <<-'PY'
	import json, sys
	home, host = (json.load(open(f))["totals"][0] for f in sys.argv[1:3])
	n = lambda o, *names: sum(int(o[x + "_wei"]) for x in names)
	left = n(home, "consumed", "reserved", "unspent") + n(host, "consumed", "reserved", "unspent")
	print("# at home used", home["consumed_wei"], "left", n(home, "unspent", "reserved"),
	      "at the host used", host["consumed_wei"], "left", n(host, "unspent", "reserved"))
	sys.exit(left != 10 ** 17 or int(host["consumed_wei"]) < int(sys.argv[3]))
	PY
}
