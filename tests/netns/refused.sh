#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A port whose card would forward past the meter is refused by name, routed and
# bridged: nothing passes there in either direction, whoever has paid, until the
# setting is gone; and then the same connection goes on.
# refused.sh [METER]
METER=${1:-auto}
. "$(dirname "$0")/net.sh"
. "$(dirname "$0")/tsd.sh"

ctl() { in_ns $R tsctl -c "$W/tsd.conf" "$@"; }
says() { ctl status | grep -q "$1"; }
silent() { ! says "$1"; }
carried() { in_ns $C ping -q -c 1 -W 1 10.66.2.2 >/dev/null; }
stuck() { ! carried; }
# received: bytes that the download has so far
received() { cat "$W/got" 2>/dev/null | wc -c; }
moves() { local b; b=$(received); sleep 0.3; [ "$(received)" -gt "$b" ]; }
rests() { ! moves; }

listens() { in_ns $S ss -ltn | grep -q :5999; }
# A download, slow enough to outlive what is done to it.
download() {
	start in_ns $S python3 -c 'import socket
c = socket.create_server(("", 5999)).accept()[0]
while True: c.sendall(bytes(20000))' 2>/dev/null
	until_true 5 listens
	start in_ns $C bash -c "exec 7<>/dev/tcp/10.66.2.2/5999; while head -c 20000 <&7; do sleep 0.05; done >'$W/got'" 2>/dev/null
}

refused() { # FORM PATTERN
	echo "# $1"
	tsd_up "$2"
	tsd_kill
	LD_PRELOAD=$O/test/fakecard.so FAKE_CARD=$W/card tsd_start
	until_true 20 tsd_healthy
	check "$1: pays" pay 0.05
	check "$1: and is online" until_true 5 carried
	download
	check "$1: a download is under way" until_true 10 moves

	echo "p0 l2-fwd-offload" >"$W/card"
	check "$1: asked to, tsd looks again" kill -HUP $tsd_pid
	check "$1: the port is named, and why" until_true 10 says "^PAST THE METER: hw-forwarding p0: .*l2-fwd-offload off"
	check "$1: nothing passes" until_true 5 stuck
	check "$1: nor does what was under way" until_true 10 rests
	check "$1: the log counts it" \
		test "$(grep -c 'ports: .* open, 1 refused' "$W/tsd.log")" -ge 1

	start in_ns $C ping -n -i 0.005 10.66.2.2 >"$W/pings"
	pinger=$!
	tsd_kill
	LD_PRELOAD=$O/test/fakecard.so FAKE_CARD=$W/card tsd_start
	until_true 20 tsd_healthy
	stop $pinger
	is "$1: nor while tsd starts anew" "$(grep -c 'bytes from' "$W/pings")" 0
	check "$1: nor after that" stuck

	rm "$W/card"
	kill -HUP $tsd_pid
	check "$1: the setting is gone, and the client online" until_true 10 carried
	check "$1: the same download goes on" until_true 20 moves
	check "$1: and nothing is named" silent "PAST THE METER"
}

net_up routed
refused routed p0
net_down
net_up bridged
refused bridged "p*"
done_testing
