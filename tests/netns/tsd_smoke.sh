#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tsd from the outside: portal, redirect, refusals, payments by HTTP and UDP, a
# download cut and continued, events, death and adoption, reload, control socket.
# tsd_smoke.sh [METER]; SMOKE_RUNS: "routed control bridged", or some of them
# (control goes on where routed ends).
METER=${1:-auto}
RUNS=" ${SMOKE_RUNS:-routed control bridged} "
. "$(dirname "$0")/net.sh"
. "$(dirname "$0")/tsd.sh"

get() { in_ns $C curl -s -m $((3 * PATIENCE)) "$@"; }
session() { get -f $BOX/v1/session; }
field() { session | jq -r "$1"; }
datagrams() { # hostile ones, to the Photon port, from the client
	in_ns $C python3 - <<-'PY'
	import os, socket
	s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	for d in (b"", b"\0\1", b"\x09", b"\x09" * 1201, os.urandom(182), b"\x03\0\0\0" + os.urandom(73)):
	    s.sendto(d, ("10.66.1.1", 40001))
	PY
}
connect_error() { # ADDRESS PORT: how a TCP connection of the client fails
	in_ns $C python3 - "$1" "$2" $((3 * PATIENCE)) <<-'PY'
	import errno, socket, sys
	s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET)
	s.settimeout(int(sys.argv[3]))
	try:
	    s.connect((sys.argv[1], int(sys.argv[2])))
	    print("connected")
	except socket.timeout:
	    print("timeout")
	except OSError as e:
	    print(errno.errorcode[e.errno])
	PY
}
rules() { in_ns $R tsctl class list | sort | paste -sd,; }
kernel() { in_ns $R tsctl -j account list | jq -c '.[0] | [.id, .epoch, .granted_units, .charged_units]'; }
balance() { # the sums of the ledger
	control '{"cmd":"account-of-bytes"}' | jq -r '.totals[0].paid_wei // "0"'
}
spend() { # BYTES of UDP upstream
	in_ns $C python3 - "$1" <<-'PY'
	import socket, sys
	s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	for i in range(int(sys.argv[1]) // 1000):
	    s.sendto(b"x" * 958, ("10.66.2.2", 9))
	PY
}
size() { command stat -c %s "$W/got" 2>/dev/null || echo 0; }
# less than a full frame is left, and that stays so
is_cut() { [ "$(kernel | jq --argjson p "$price" '(.[2] | tonumber) - (.[3] | tonumber) < 1514 * $p')" = true ]; }

# The money ends in mid-download, at that packet; more comes, and the same
# connection goes on.
download() { # NAME
	local kind=$1 dl got
	price=$(field .tariff.prices.internet.down.units_per_byte)
	witnesses 10.66.2.2
	start in_ns $C curl -s -m $((60 * PATIENCE)) -o "$W/got" http://10.66.2.2:8000/file
	dl=$!
	check "$kind: it runs dry in mid-download, and the stream says so" \
		until_true 10 grep -q '^event: dry' "$W/events"
	is "$kind: the state" "$(field .state)" dry
	check "$kind: cut at the packet that cost more than was left" until_true 10 is_cut
	got=$(size)
	check "$kind: not before the money was spent" test "$got" -gt 1500000
	sleep 0.5
	is "$kind: not a byte more comes" "$(size)" "$got"
	check "$kind: the connection is still there" kill -0 $dl
	check "$kind: a payment over UDP" until_true 1 in_ns $C tspay -k "$W/wallet" -p file:"$W/pass" -s "$W/purse" \
		--once 0.05 --udp 10.66.1.1:40001 $BOX
	check "$kind: the same connection goes on to the end" wait $dl
	check "$kind: the file is right" cmp -s "$W/got" "$W/www/file"
}

# tsd dies under traffic and comes back to what the kernel counted meanwhile.
death() { # NAME
	local kind=$1 before now

	before=$(kernel) now=$(balance)
	paid_start
	sleep 0.5
	tsd_kill
	sleep 0.5
	tsd_start
	check "$kind: tsd adopts after kill -9" until_true 5 tsd_healthy
	sleep 0.5
	paid_stop
	is "$kind: the paying client lost no packet" "$paid_lost" 0
	is "$kind: the account lives on" "$(kernel | jq -c '.[:2]')" "$(jq -c '.[:2]' <<<"$before")"
	check "$kind: nothing was lost or reset" test "$(kernel | jq '.[3] | tonumber')" -gt "$(jq '.[3] | tonumber' <<<"$before")"
	is "$kind: what was paid" "$(balance)" "$now"
}

pings() { in_ns $C ping -q -c 2 -i 0.2 -W "$PATIENCE" 10.66.2.2; }
consumed() { control '{"cmd":"account-of-bytes"}' | jq -r '.totals[0].consumed_wei // "0"'; }
# Asked on the box: without a meter no client reaches it.
datapath() { in_ns $R curl -s -m $((3 * PATIENCE)) $BOX/v1/health | jq -r .checks.datapath | grep -q "$1"; }

# The pins are removed under traffic: the maps are tsd's all the same.
unpinned() { # NAME
	local kind=$1 before pins pid

	before=$(kernel)
	pins=/sys/fs/bpf/tokenswitch/$(command stat -Lc %i /run/netns/$R)
	is "$kind: nobody destroys the meter under tsd" \
		"$(in_ns $R tsctl meter destroy 2>&1 | grep -c 'owned by tsd')" 1
	start in_ns $C ping -i 0.02 -q 10.66.2.2 >/dev/null
	pid=$!
	rm -rf "$pins"
	check "$kind: pins that were removed come back" until_true 5 test -e "$pins/ts_meta"
	check "$kind: the log says so" until_true 3 grep -q "somebody removed the meter's pins" "$W/tsd.log"
	stop $pid
	check "$kind: paid traffic passes again" until_true 5 pings
	check "$kind: tsd is healthy again" until_true 5 tsd_healthy
	is "$kind: the account outlives its pins" "$(kernel | jq -c '.[:2]')" "$(jq -c '.[:2]' <<<"$before")"
	check "$kind: nothing was reset" test "$(kernel | jq '.[3] | tonumber')" -ge "$(jq '.[3] | tonumber' <<<"$before")"
	is "$kind: nothing was booked" "$(consumed)" 0
}

# The module is unloaded under traffic, and loaded again.  The payer bears what
# passed unseen: all that was granted is booked, at least what the witnesses saw.
unloaded() { # NAME
	local kind=$1 passed=$((seen * price)) shift_k granted pid

	shift_k=$(field .tariff.unit_shift)
	witnesses 10.66.2.2
	start in_ns $C ping -i 0.02 -q 10.66.2.2 >/dev/null
	pid=$!
	sleep 1
	granted=$(kernel | jq -r '.[2]')
	check "$kind: the module is unloaded under tsd" rmmod tokenswitch
	check "$kind: tsd says what is wrong" until_true 5 datapath "tokenswitch.ko"
	testify_both
	passed=$((passed + seen * price))
	witnesses 10.66.2.2
	sleep 1
	stop $pid
	testify_both
	is "$kind: without a meter nothing passes" "$seen" 0
	is "$kind: what was granted is booked, and no more" "$(consumed)" $((granted << shift_k))
	check "$kind: it covers what passed" test $passed -le "$granted"
	insmod "$TS_KO"
	check "$kind: tsd takes the module that is back" until_true 5 tsd_healthy
	# All that was paid had been granted: nothing is left to go on with.
	check "$kind: the payer pays again" until_true 3 pay 0.002
	check "$kind: and goes on" until_true 5 pings
}

status() { # [CURL OPTION...] PATH: of the answer to the client
	in_ns $C curl -s -m 3 -o /dev/null -w '%{http_code}' "${@:1:$#-1}" "$BOX${*: -1}"
}
of_session() { # CODE FIELD: without a request of a station
	control '{"cmd":"sessions"}' | jq -r --arg c "$1" ".sessions[] | select(.session == \$c) | $2"
}
no_accounts() { [ "$(in_ns $R tsctl -j account list | jq length)" = 0 ]; }
an_account() { [ "$(in_ns $R tsctl -j account list | jq length)" = 1 ]; }
answered() { # of many connections from as many addresses, how many are answered
	in_ns $C python3 - "$@" <<-'PY'
	import socket, sys, time
	held, n = [], 0
	for a in sys.argv[1:]:
	    s = socket.socket(socket.AF_INET)
	    s.bind((a, 0))
	    s.settimeout(3)
	    try:
	        s.connect(("10.66.1.1", 2050))
	        s.sendall(b"GET /v1/info HTTP/1.1\r\nHost: 10.66.1.1\r\n\r\n")
	        n += s.recv(100).startswith(b"HTTP/1.1 200")
	    except OSError:
	        pass
	    held.append(s)
	print(n)
	PY
}

# Other hosts' pages and names, and a station with many addresses.
strangers() {
	local code=$1 i more=()

	is "another host's name gets no answer" "$(status -H 'Host: evil.example' /v1/session)" 421
	is "and no session by it" "$(status -H 'Host: evil.example' "/v1/session?code=$code")" 421
	is "who asks for its page is sent to ours" \
		"$(in_ns $C curl -s -m 3 -o /dev/null -w '%{http_code} %{redirect_url}' -H 'Host: evil.example' $BOX/today)" \
		"302 http://10.66.1.1:2050/"
	is "another host's page is refused" "$(status -H 'Origin: http://evil.example' /v1/session)" 403
	is "our own is not" "$(status -H 'Origin: http://10.66.1.1:2050' /v1/session)" 200
	for i in $(seq 101 140); do
		in_ns $C ip addr add 10.66.1.$i/24 dev c0
		more+=(10.66.1.$i)
	done
	is "forty addresses of one station are one station" "$(answered "${more[@]}")" 16
	for i in "${more[@]}"; do in_ns $C ip addr del $i/24 dev c0; done
}

# The same person with another device: the wallet proves it, the code does not.
another_station() {
	local code=$1 new

	in_ns $C ip link set c0 address 02:00:00:00:00:0a
	in_ns $R ip neigh flush dev p0
	in_ns $C curl -s -m 3 "$BOX/v1/session?code=$code" >/dev/null
	is "who shows the code of another gets nothing" "$(of_session "$code" .station.mac)" 02:00:00:00:00:02
	new=$(field .session)
	is "the other station has a session of its own" "$([ "$new" != "$code" ] && field .state)" never-paid
	tspay -k "$W/thief" -p file:"$W/pass" key new >/dev/null
	in_ns $C tspay -k "$W/thief" -p file:"$W/pass" -s "$W/thief.purse" --channel "$W/channel" --attach "$code" $BOX \
		>/dev/null 2>&1
	check "another wallet takes nothing along" test $? = 1 -a "$(field .state)" = never-paid
	check "the wallet that paid does" in_ns $C tspay -k "$W/wallet" -p file:"$W/pass" -s "$W/purse" --attach "$code" $BOX
	is "the value is there" "$(field .state)" paid
	is "and no more where it was" "$(of_session "$code" .unspent_wei)" 0
	spend 20000
	check "it is spent by the other station" test "$(field .charged_units)" -gt 0
	is "tspay says what --attach needs" \
		"$(in_ns $C tspay --attach xyz $BOX 2>&1 | grep -c 'no session code')" 1
	in_ns $C tspay -k "$W/wallet" -p file:"$W/pass" -s "$W/purse" --attach "$new" --limit 0.001 $BOX >/dev/null
	check "a limit is kept" test "$(field .unspent_wei)" -le 1000000000000000
	in_ns $C tspay -k "$W/wallet" -p file:"$W/pass" -s "$W/purse" --attach "$new" $BOX >/dev/null
	check "until the wallet says otherwise" test "$(field .unspent_wei)" -gt 1000000000000000
}

# What is paid and not used goes back to the wallet, which has it on disk.
refunds() {
	local left purse back unspent

	left=$(field .unspent_wei)
	check "unspent value comes back" in_ns $C tspay -k "$W/wallet" -p file:"$W/pass" -s "$W/purse" refund $BOX
	is "the station has nothing any more" "$(field .unspent_wei)" 0
	purse=$(echo "$W/purse"/0x*.json)
	read -r back unspent < <(get -f "$BOX/v1/channel?address=$(jq -r .channel.partner_address "$purse")" |
		jq -r '"\(.refunded_wei) \(.unspent_wei)"')
	check "what came back is no less than the station had" test "$back" -gt 0 -a "$back" -ge "$left"
	is "the box has nothing of ours any more" "$unspent" 0
	is "the wallet has the box's proof of it" "$(jq -r .channel.proof.transferred_wei "$purse")" "$back"
	is "a second time there is nothing" \
		"$(in_ns $C tspay -k "$W/wallet" -p file:"$W/pass" -s "$W/purse" refund $BOX | grep -c '^nothing to refund')" 1
	check "it is paid again" pay 0.05
	is "and the station is paid" "$(field .state)" paid
}

# A station falls silent; its account ends, its value stays, and it comes back.
silence() {
	local code left

	code=$(field .session)
	cp "$W/tsd.conf" "$W/good.conf"
	sed -i '1i money = { idle_seconds = 5; session_idle_seconds = 10; };' "$W/tsd.conf"
	is "accounts end after ten seconds" "$(control '{"cmd":"reload"}' | jq -r .ok)" true
	check "the account of a silent station ends" until_true 60 no_accounts
	left=$(of_session "$code" .unspent_wei)
	check "its value stays" test "$left" -gt 0
	is "the state says so" "$(of_session "$code" .state)" paid
	tsd_kill
	tsd_start
	check "tsd comes back" until_true 5 test -S "$W/tsd.sock"
	until_true 5 control '{"cmd":"status"}'
	check "and makes no account for who is away" no_accounts
	is "nor loses what is there" "$(of_session "$code" .unspent_wei)" "$left"
	spend 1000
	check "a frame of the station brings it back" until_true 15 an_account
	spend 20000
	check "and it goes on" test "$(of_session "$code" .charged_units)" -gt 0
	cp "$W/good.conf" "$W/tsd.conf"
	is "as before" "$(control '{"cmd":"reload"}' | jq -r .ok)" true
}

one_kind() { # routed or bridged
	local kind=$1 code

	is "$kind: unhealthy nothing" "$(get $BOX/v1/health | jq -c ".checks | del(.mesh)")" \
		'{"datapath":"ok","ledger":"ok","gate":"ok"}'
	is "$kind: unpaid web requests are shown the way to the portal" \
		"$(get -o /dev/null -w '%{http_code} %{redirect_url}' http://10.66.2.2/)" \
		"302 http://10.66.1.1:2050/"
	is "$kind: other unpaid connections are refused at once" "$(connect_error 10.66.2.2 443)" ECONNREFUSED
	is "$kind: over IPv6 too" "$(connect_error fd66:2::2 443)" ECONNREFUSED
	code=$(field .session)
	is "$kind: a session with a code of 16 characters" "${#code}" 16
	is "$kind: the same station, the same session" "$(field .session)" "$code"
	is "$kind: its state" "$(field .state)" never-paid
	is "$kind: the station is this client" "$(field .station.mac)" 02:00:00:00:00:02
	rm -f "$W/events"
	in_ns $C curl -sN -m $((60 * PATIENCE)) $BOX/v1/session/events >"$W/events" &
	pids+=($!)
	# Who begins to listen after the payment is told the state, not the event.
	check "$kind: the event stream begins" until_true 3 test -s "$W/events"
	check "$kind: a payment by HTTP" until_true 1 pay 0.002
	is "$kind: it is paid" "$(field .state)" paid
	check "$kind: the event stream says so" until_true 3 grep -q '^event: paid' "$W/events"
	download "$kind"
	is "$kind: it is paid again" "$(field .state)" paid
	is "$kind: the same session" "$(field .session)" "$code"

	datagrams
	is "$kind: hostile datagrams are counted" \
		"$(control '{"cmd":"status"}' | jq -c '[.udp.empty >= 1, .udp.too_long >= 1, .billing.refused.invalid >= 1]')" \
		"[true,true,true]"

	death "$kind"
	is "$kind: the same session after it" "$(field .session)" "$code"
	testify_both
	is "$kind: the bytes on both sides, at their price, are what was charged" \
		$((seen * price)) "$(kernel | jq '.[3] | tonumber')"
	if [ $DRIVER = bpf ]; then unpinned "$kind"; else unloaded "$kind"; fi
}

served() { # what the server has to offer
	mkdir -p "$W/www"
	head -c 3000000 /dev/urandom >"$W/www/file"
	start in_ns $S busybox httpd -f -p 10.66.2.2:8000 -h "$W/www"
}

# tsctl beside tsd sees what tsd sees, whoever has the events of this driver; who
# never reads what it asked for holds up nobody.
told_of() { # PATTERN FILE: some appear until FILE tells of them
	in_ns $C macflood c0 1 02:00:00:00:00:01 >/dev/null
	sleep 0.2
	grep -q "$1" "$2"
}
monitor() {
	local text json slow mac

	start in_ns $R tsctl -c "$W/tsd.conf" monitor >"$W/monitor"
	text=$!
	start in_ns $R tsctl -c "$W/tsd.conf" -j monitor >"$W/monitor.json"
	json=$!
	start python3 -c 'import socket, sys, time
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
s.sendall(b"{\"cmd\":\"monitor\"}\n")
time.sleep(3600)' "$W/tsd.sock"
	slow=$!
	check "monitor beside tsd tells of events" until_true 5 told_of ' stranger mac ' "$W/monitor"
	check "... and in JSON" until_true 5 told_of '"event": *"stranger"' "$W/monitor.json"
	mac=$(sed -n '$s/.* stranger mac \([^ ]*\) vlan 0 zone 0x.*/\1/p' "$W/monitor")
	is "... of the same" "$(jq -r --arg m "$mac" 'select(.key.mac == $m) | .event' "$W/monitor.json" | uniq)" stranger
	stop $text; stop $json; stop $slow
	check "tsd goes on without them" until_true 1 tsd_healthy
}

control_socket() {
	local code own

	nsenter --net=/run/netns/$R -- tsd -c "$W/tsd.conf" >"$W/second.log" 2>&1
	check "a second tsd is refused by name" grep -q "another tsd runs" "$W/second.log"
	is "the control socket is root's" "$(command stat -c %a "$W/tsd.sock")" 600
	is "it answers what it does not know" "$(control '{"cmd":"dance"}' | jq -r .error)" unknown_command
	is "and what is no JSON" "$(control 'x' | jq -r .error)" not_json
	is "the list of sessions" "$(control '{"cmd":"sessions"}' | jq '.sessions | length')" 1
	is "the list of channels" "$(control '{"cmd":"channels"}' | jq '.channels | length')" 1

	monitor

	sed -i 's/^run_dir/name = "Renamed"; run_dir/' "$W/tsd.conf"
	is "a reload by the socket" "$(control '{"cmd":"reload"}' | jq -r .ok)" true
	is "has its effect" "$(get $BOX/v1/info | jq -r .name)" Renamed
	cp "$W/tsd.conf" "$W/good.conf"
	own="free tcp 10.66.1.1 2050 ends-here,free udp 10.66.1.1 40001 ends-here,free udp 224.0.0.251 5353"
	is "the services of tsd end here, a resolver does not" "$(rules)" \
		"$own,free udp 53,free udp 5353,local 10.66.1.0/24"
	is "and to programs" "$(in_ns $R tsctl -j class list | jq -c 'map(select(.proto) | [.port, .ends_here]) | sort')" \
		"[[53,false],[2050,true],[5353,false],[5353,false],[40001,true]]"
	sed -i 's/"free udp 53", "local/"free udp 53 ends-here", "free udp 10.66.1.1 40001", "internet/' "$W/tsd.conf"
	is "a reload with rules that say something else" "$(control '{"cmd":"reload"}' | jq -r .ok)" true
	is "exchanges them, but what tsd knows" "$(rules)" \
		"$own,free udp 53 ends-here,free udp 5353,internet 10.66.1.0/24"
	cp "$W/good.conf" "$W/tsd.conf"
	is "and back" "$(control '{"cmd":"reload"}' | jq -r .ok)" true
	is "to the rules before" "$(rules)" "$own,free udp 53,free udp 5353,local 10.66.1.0/24"
	sed -i 's/up = "1"; down = "1"/up = "cheap"; down = "1"/' "$W/tsd.conf"
	kill -HUP $tsd_pid
	check "a bad configuration is refused on SIGHUP" until_true 3 grep -q "reload refused.*tariffs\[0\].internet.up" "$W/tsd.log"
	check "and the old one goes on" until_true 1 tsd_healthy
	cp "$W/good.conf" "$W/tsd.conf"

	strangers "$(field .session)"
	another_station "$(field .session)"
	refunds
	silence

	code=$(field .session)
	is "a session is closed" "$(control "{\"cmd\":\"session-close\",\"code\":\"$code\"}" | jq -r .ok)" true
	check "its account is gone" until_true 3 test "$(in_ns $R tsctl -j account list | jq length)" = 0
	kill -TERM $tsd_pid; wait $tsd_pid
	is "SIGTERM is a clean stop" $? 0
	check "the gate stays" until_true 1 in_ns $R nft list table inet tokenswitch
	check "and closes" test "$(in_ns $C curl -s -m 2 -o /dev/null -w '%{http_code}' http://10.66.2.2/)" = 000
	in_ns $R tsd --remove-gate -c "$W/tsd.conf"
	check "it goes when asked to" test -z "$(in_ns $R nft list tables)"
}

says_no_mesh() {
	in_ns $R curl -sf -m $((3 * PATIENCE)) $BOX/v1/health |
		jq -e '.healthy and (.checks.mesh | test("tokenswitch.ko|no such mesh device"))'
}
start_box() { # routed|bridged DEVICE PATTERN [CONFIG LINE...]
	net_up ${1#routed}
	shift
	served
	tsd_up "$@" && return
	not_ok "tsd starts"
	done_testing
	exit 1
}

if [[ $RUNS = *" routed "* ]]; then
	start_box routed p0 'log = { level = "debug"; };'
	one_kind routed
	[[ $RUNS != *" control "* ]] || control_socket
	net_down
fi
if [[ $RUNS = *" bridged "* ]]; then
	rm -rf "$W"/purse "$W"/ledger*
	# A mesh that is not there changes nothing for clients.
	start_box bridged 'p*' 'mesh = { device = "bat0"; listen = "10.66.2.1:40002";
		relay = { up = "1"; down = "1"; }; max_relay = { up = "1"; down = "1"; };
		window_box = "1"; };'
	check "where no mesh can be metered tsd says so" until_true 10 says_no_mesh
	in_ns $R sysctl -qw net.bridge.bridge-nf-call-iptables=0 2>/dev/null
	one_kind bridged
fi
grep -E '(error|ERROR|runtime)' "$W/tsd.log" | grep -v "reload refused" | sed 's/^/# /'
done_testing
