#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Hostile peers: as many datagrams a second as this machine sends, of every kind
# that is refused, from many sources at the Photon port, while a client downloads
# and pays for it.
#
#	hostile.sh [METER]	HOSTILE_SECONDS=6, of a flood; HOSTILE_SOURCES="64 2000"
METER=${1:-auto}
. "$(dirname "$0")/net.sh"
. "$(dirname "$0")/tsd.sh"
seconds=${HOSTILE_SECONDS:-6}

control() { # JSON: one question to the control socket
	python3 - "$W/tsd.sock" "$1" <<-'PY'
	import socket, sys
	s = socket.socket(socket.AF_UNIX)
	s.connect(sys.argv[1])
	s.sendall(sys.argv[2].encode() + b"\n")
	print(s.makefile().readline(), end="")
	PY
}
status() { control '{"cmd":"status"}'; }
# What only tsd has written to: code that others run as well is not its growth.
memory_kb() { awk '/^Private_Dirty:/ { print $2 }' /proc/$tsd_pid/smaps_rollup; }
pay_udp() { # AMOUNT: ends well when it has the Ack
	in_ns $C tspay -k "$W/wallet" -p file:"$W/pass" -s "$W/purse" --once "$1" --udp 10.66.1.1:40001 $BOX
}
downloaded() { command stat -c %s "$W/got" 2>/dev/null || echo 0; }
grown_by() { [ $(($(downloaded) - $1)) -gt "$2" ]; }

# A payment that is lost is sent again after 6 s, as Photon does, up to five times;
# what the client has ahead lasts for that.
flood() { # NAME SOURCES
	local name=$1 sources=$2 before=$W/before after=$W/after memory got sent ms flood i acked=0 begun

	got=$(downloaded) begun=$SECONDS
	status >"$before"
	start in_ns $S photonflood "$box" 10.66.1.1 40001 "$seconds" 10.77.0.1 "$sources" >"$W/flood"
	flood=$!
	until_true 15 grep -q paid "$W/flood"
	sleep 2
	memory=$(memory_kb)
	for ((i = 0; i < 4; i++)); do
		pay_udp 0.002 >/dev/null && acked=$((acked + 1))
	done
	is "$name: each payment of the client is acknowledged" $acked 4
	paid=$((paid + 4))
	check "$name: ends" wait $flood
	read -r sent ms < <(tail -n 1 "$W/flood")
	status >"$after"
	note "$name: $sent datagrams in $ms ms, $((sent / ms))000 a second; $(jq -c .udp "$after")"
	note "$name: $(jq -c .billing "$after")"
	note "$name: dropped at the socket: $(in_ns $R awk '/:9C41 /{ print $NF }' /proc/net/udp)"
	note "$name: memory $memory kB, then $(memory_kb) kB"
	check "$name: the daemon does not grow" test "$(memory_kb)" -le $((memory + 256))
	check "$name: the download goes on" until_true 30 grown_by "$got" 1000000
	is "$name: and never ran dry" "$(grep -c '^event: dry' "$W/events")" 0
	# 2000 a second of all strangers and 200 of each of the two who have paid; the
	# seconds are counted whole.
	is "$name: limits come before signatures: most is not looked at" \
		"$(jq --argjson s $((SECONDS - begun + 1)) --slurpfile b "$before" \
			'.udp.received - $b[0].udp.received <= 2600 * $s' "$after")" true
	is "$name: the refusals have names" \
		"$(jq -c --slurpfile b "$before" '[.billing.why, $b[0].billing.why] as [$a, $b]
			| [ "malformed", "unknown_channel", "nonce_replayed", "nonce_gap", "over_balance",
			    "wrong_locksroot", "not_partner" ]
			| map(select(($a[.] // 0) <= ($b[.] // 0)))' "$after")" "[]"
	is "$name: of all that was sent one thing counted" \
		"$(jq --slurpfile b "$before" '.billing.repeats > $b[0].billing.repeats' "$after")" true
}

net_up
# Addresses without end behind the uplink.
in_ns $R ip route add 10.77.0.0/16 via 10.66.2.2
in_ns $S ip route add local 10.77.0.0/16 dev lo
mkdir -p "$W/www"
head -c 60000000 /dev/urandom >"$W/www/file"
start in_ns $S busybox httpd -f -p 10.66.2.2:8000 -h "$W/www"
tsd_up p0 || { not_ok "tsd starts"; done_testing; exit 1; }
box=$(jq -r .address "$W/channel")
sed "s/\"partner_address\": \"[^\"]*\"/\"partner_address\": \"$(photonflood address)\"/" "$W/channel" >"$W/hostile"
in_ns $R tsctl -c "$W/tsd.conf" channel import "$W/hostile" >/dev/null

in_ns $C curl -sN -m 300 $BOX/v1/session/events >"$W/events" &
pids+=($!)
until_true 5 test -s "$W/events"
pay_udp 0.02 >/dev/null
paid=10
start in_ns $C curl -s -m 300 --limit-rate 300k -o "$W/got" http://10.66.2.2:8000/file
download=$!
check "the client pays and downloads" until_true 10 grown_by 0 500000
: >"$W/events"
for sources in ${HOSTILE_SOURCES:-64 2000}; do
	flood "a flood from $sources sources" $sources
done
check "the same connection goes on" kill -0 $download
stop $download
# In units of 2 MB; and once the 1000 wei of the hostile peer.
is "each payment counted once, and nothing else" \
	"$(control '{"cmd":"account-of-bytes"}' | jq -r ".totals[0].paid_wei")" $((paid * 2000000000000000 + 1000))
check "tsd is healthy" until_true 5 tsd_healthy
done_testing
