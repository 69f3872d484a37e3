# SPDX-License-Identifier: GPL-2.0
# tsd in the router namespace of net.sh, with one wallet that can pay.
# After net_up: tsd_up PATTERN [CONFIG LINE...]; pay AMOUNT [NAMESPACE].
# MORE_TOKENS, MORE_TARIFFS, MORE_RULES: what comes after the usual ones; MORE_HTTP,
# MORE_LISTEN: addresses and keys of listen; BOX: its first address, as a URL.
# METER: auto, xdp, tc (driver bpf) or nf (driver genl).

W=$(mktemp -d "${TMPDIR:-/tmp}/tsnet.XXXXXX")
trap 'net_down; rm -rf "$W"' EXIT
BOX=${BOX:-http://10.66.1.1:2050}
METER=${METER:-auto}
DRIVER=bpf
[ "$METER" = nf ] && DRIVER=genl
tsd_pid=

tsd_start() {
	nsenter --net=/run/netns/$R -- tsd -c "$W/tsd.conf" >>"$W/tsd.log" 2>&1 &
	tsd_pid=$!
	pids+=($tsd_pid)
}
tsd_healthy() { in_ns $R curl -sf -m $PATIENCE $BOX/v1/health; }
tsd_kill() { kill -9 $tsd_pid 2>/dev/null; wait $tsd_pid 2>/dev/null; true; }

tsd_up() { # PATTERN, more configuration lines
	local pattern=$1 box wallet; shift
	(umask 077; echo "a passphrase of the tests" >"$W/pass")
	rm -f "$W/key" "$W/ledger.db"* "$W/wallet"
	box=$(cheapkey "$W/key" "$W/pass") || return 1
	wallet=$(cheapkey "$W/wallet" "$W/pass") || return 1
	cat >"$W/tsd.conf" <<-EOF
	run_dir = "$W"; state_dir = "$W";
	key = { file = "$W/key"; passphrase_file = "$W/pass"; };
	chain = { id = 20180430; tokens_network = "0x0000000000000000000000000000000000007e70";
		tokens = ( { address = "0x00000000000000000000000000000000000070c5"; symbol = "SMT"; decimals = 18; }${MORE_TOKENS:+, $MORE_TOKENS} ); };
	listen = { http = [ "${BOX#http://}"${MORE_HTTP:+, $MORE_HTTP} ]; photon = "10.66.1.1:40001"; ${MORE_LISTEN:-} };
	meter = { driver = "$DRIVER"; };
	ports = ( { pattern = "$pattern"; meter = "$METER"; } );
	rules = ( "free udp 53", "local 10.66.1.0/24"${MORE_RULES:+, $MORE_RULES} );
	tariffs = ( { id = 1; local = { up = "0"; down = "0"; }; internet = { up = "1"; down = "1"; }; }${MORE_TARIFFS:+, $MORE_TARIFFS} );
	$*
	EOF
	cat >"$W/channel" <<-EOF
	{ "chain_id": 20180430, "tokens_network": "0x0000000000000000000000000000000000007e70",
	  "token": "0x00000000000000000000000000000000000070c5", "address": "$box",
	  "partner_address": "$wallet", "open_block_number": 77, "settle_timeout": 100000,
	  "partner_deposit_wei": "1000000000000000000000" }
	EOF
	tsd_start
	until_true 20 tsd_healthy || { tail -n 20 "$W/tsd.log" | sed 's/^/# /'; return 1; }
	in_ns $R tsctl -c "$W/tsd.conf" channel import "$W/channel" >/dev/null
}

control() { # JSON: one question to the control socket
	python3 - "$W/tsd.sock" "$1" <<-'PY'
	import socket, sys
	s = socket.socket(socket.AF_UNIX)
	s.connect(sys.argv[1])
	s.sendall(sys.argv[2].encode() + b"\n")
	print(s.makefile().readline(), end="")
	PY
}

pay() { # AMOUNT [NAMESPACE]: at 1 token per GB, 0.01 is 10 MB
	in_ns "${2:-$C}" tspay -k "$W/wallet" -p file:"$W/pass" -s "$W/purse" --once "$1" $BOX
}

# The paying client: a ping every 20 ms that must lose nothing.
paid_start() { start in_ns $C ping -i 0.02 -q 10.66.2.2 >"$W/ping"; paid_pid=$!; }
paid_stop() { # sets paid_lost
	kill -INT $paid_pid 2>/dev/null; wait $paid_pid 2>/dev/null
	paid_lost=$(sed -n 's/^\([0-9]*\) packets transmitted, \([0-9]*\) .*/\1 \2/p' "$W/ping" |
		awk '{ print ($1 - $2 <= 1 && $2 > 5) ? 0 : $1 - $2 }')
}
