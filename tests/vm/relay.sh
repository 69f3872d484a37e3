#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tsd on each box of a mesh, with real batman-adv: what is carried is paid hop by hop.
# Inside the test VM, called by tests/vm/parts; the module is loaded when this begins.
# TAP on stdout.  RELAY_PHASES: which of the functions below run, all unless said.
#
#   client K --- A (member) ==== B (relay) --- C (gateway) --- server S
#
# K pays A, A pays B for both directions, B pays C for the exit.
set -uo pipefail
# shellcheck source=tests/vm/guest.sh
. "$TS_TOP/tests/vm/guest.sh"
# shellcheck source=tests/netns/net.sh
. "$TS_TOP/tests/netns/net.sh"
# shellcheck source=tests/vm/mesh_net.sh
. "$TS_TOP/tests/vm/mesh_net.sh"
# shellcheck source=tests/vm/relay_liars.sh
. "$TS_TOP/tests/vm/relay_liars.sh"

W=$(mktemp -d /tmp/tsrelay.XXXXXX)
trap 'mesh_down; rm -rf "$W"' EXIT
NETWORK=0x0000000000000000000000000000000000007e70
TOKEN=0x00000000000000000000000000000000000070c5
rule=requester
# Of the dearest kind; the wallet of a neighbour that owes so much is not drawn on.
WINDOW=400000
declare -A address pid

# The daemons claim it.
mesh_claim() { :; }

letter() { local l; for l in a b c d; do [ "$T-$l" != "$1" ] || echo $l; done; }
# ask BOX ARG...: tsctl about tsd there
ask() { in_ns "$1" tsctl -c "$W/$(letter "$1")/tsd.conf" -j "${@:2}"; }

# channel PARTNER THEIR-DEPOSIT OUR-DEPOSIT
channel() {
	echo "{ partner = \"$1\"; open_block_number = 77; partner_deposit = \"$2\"; our_deposit = \"$3\"; trusted = true; }"
}

# config LETTER NUMBER PORT CHANNELS MESH-LINES...
config() {
	local l=$1 n=$2 port=$3 channels=$4
	shift 4
	cat >"$W/$l/tsd.conf" <<-END
	run_dir = "$W/$l"; state_dir = "$W/$l";
	key = { file = "$W/$l/key"; passphrase_file = "$W/pass"; };
	chain = { id = 20180430; tokens_network = "$NETWORK";
		tokens = ( { address = "$TOKEN"; symbol = "SMT"; decimals = 18; } ); };
	listen = { http = [ "10.77.0.$n:2050"$([ "$l" != a ] || echo ', "10.66.1.1:2050"') ];
		photon = "10.77.0.$n:40001"; };
	discovery = { mdns = false; };
	meter = { driver = "genl"; };
	gate = { enabled = false; };
	ports = ( { pattern = "$port"; meter = "nf"; } );
	rules = ( "free udp 53", "local 10.66.1.0/24", "local 10.77.0.0/24" );
	tariffs = ( { id = 1; local = { up = "0"; down = "0"; }; internet = { up = "4"; down = "4"; }; } );
	money = { slice_min_bytes = 8000000; };
	channels = ( $channels );
	mesh = { device = "bat0"; listen = "10.77.0.$n:40002"; payer_rule = "$rule";
		relay = { up = "1"; down = "1"; }; exit = { up = "1"; down = "1"; };
		max_relay = { up = "4"; down = "4"; }; window_bytes = $WINDOW; window_box = "1";
		pay_bytes = 40000; interval_seconds = 4; hello_seconds = 2; $* };
	END
}

# tsd_start LETTER [VARIABLE=VALUE]...
tsd_start() {
	nsenter --net="/run/netns/$T-$1" -- env "${@:2}" "${tsd:-tsd}" -c "$W/$1/tsd.conf" >>"$W/$1/log" 2>&1 &
	pid[$1]=$!
	pids+=($!)
	# Bash is not to tell of each death.
	disown
}
is_gone() { ! kill -0 "${pid[$1]}" 2>/dev/null; }
tsd_kill() {
	kill -9 "${pid[$1]}" 2>/dev/null
	until is_gone "$1"; do sleep 0.1; done
}
healthy() { in_ns "$T-$1" curl -sf -m "$PATIENCE" "http://10.77.0.$2:2050/v1/health"; }

# of BOX LETTER JQ: what BOX says of its neighbour
of() {
	ask "$1" relay list | jq -r --arg a "${address[$2]}" \
		"[.[] | select((.address | ascii_downcase) == (\$a | ascii_downcase))][0] | $3"
}
meets() { [ "$(of "$1" "$2" .alive)" = true ]; }
has_window() { [ "$(of "$1" "$2" .window)" = open ]; }
knows_prices() { [ "$(of "$1" "$2" '.terms != null and .way != "none"')" = true ]; }
reaches() { in_ns $K ping -q -c 2 -W 3 10.66.2.2; }
account_at() { on "$1" -j account show "$(of "$1" "$2" .account)"; }

explain() {
	local l

	for l in a b c; do
		note "$l: $(tail -n 12 "$W/$l/log" | tr '\n' '|')"
		note "$l: $(ask "$T-$l" relay show)"
	done
}

# must NAME SECONDS COMMAND...: without it the rest says nothing
must() {
	check "$1" until_true "$2" "${@:3}"
	[ "$n_failed" = 0 ] && return
	explain
	done_testing
	exit 1
}

boxes_up() {
	local l back=0

	# Where who sends pays, the gateway pays B for what it sends.
	[ $rule = requester ] || back=1000
	(umask 077; echo "a passphrase of the tests" >"$W/pass")
	for l in a b c d; do mkdir "$W/$l"; address[$l]=$(cheapkey "$W/$l/key" "$W/pass"); done
	address[k]=$(cheapkey "$W/wallet" "$W/pass")
	in_ns $B ip addr add 10.77.0.2/24 dev bat0
	config a 1 ak "$(channel "${address[k]}" 1000 0), $(channel "${address[b]}" 0 1000), $(channel "${address[d]}" 0 1000)" \
		'gateway = "no";'
	config b 2 none0 "$(channel "${address[a]}" 1000 0), $(channel "${address[c]}" $back 1000)" \
		'gateway = "no";'
	config c 3 none0 "$(channel "${address[b]}" 1000 $back)" 'gateway = "yes";'
	in_ns $C batctl meshif bat0 gw_mode server
	for l in a b c; do tsd_start $l; done
	must "tsd serves on each box" 10 healthy a 1
	must "..." 10 healthy b 2
	must "..." 10 healthy c 3
	must "B lets A owe" 6 has_window $B a
	must "C lets B owe" 6 has_window $C b
	must "B knows the gateway's prices" 6 knows_prices $B c
	must "A knows B's, and its way" 6 knows_prices $A b
	[ $rule = requester ] || { must "B lets C owe" 6 has_window $B c; return; }
	is "who could not pay may owe nothing" "$(of $A b .window) $(of $B c .window)" \
		"channel_worth_too_little channel_worth_too_little"
}

pay() { # AMOUNT: of the client to A
	in_ns $K tspay -k "$W/wallet" -p file:"$W/pass" -s "$W/purse" --once "$1" \
		http://10.66.1.1:2050 >/dev/null
}

# agree BUYER LETTER SELLER LETTER BUYERS-MACS: both count the same, to the byte, but for
# what the seller refused, and the same was paid
UP='(.relay.up | tonumber) + (.exit.up | tonumber)'
agree() {
	local refused

	refused=$(counted "$3" "$5" rx_refused)
	[ "$(of "$1" "$4" ".carried_by_it | $UP, .relay.down, .exit.down")" = \
	  "$(of "$3" "$2" ".carried_for_it | ($UP) + $refused, .relay.down, .exit.down")" ] &&
	[ "$(of "$1" "$4" .paid_wei)" = "$(of "$3" "$2" .received_wei)" ]
}
# settled BUYER LETTER: less is owed than a frame or two cost
settled() { [ "$(of "$1" "$2" '(.we_owe_wei | tonumber) < 20000 * 4 * 1000000000')" = true ]; }

books() {
	check "$1: A and B agree, to the byte" until_true 6 agree $A a $B b "$A_MACS"
	check "$1: B and C agree, to the byte" until_true 6 agree $B b $C c "$(mac b 1)"
	check "$1: A has paid B" until_true 6 settled $A b
	check "$1: B has paid C" until_true 6 settled $B c
	is "$1: nobody lied" "$(of $B a .trust_64ths) $(of $A b .trust_64ths) $(of $C b .trust_64ths)" \
		"64 64 64"
	[ "$n_failed" = 0 ] || explain
}

iperf() { in_ns $K timeout 120 iperf3 --logfile /dev/null -c 10.66.2.2 --connect-timeout 20000 -b 1M "$@"; }

# Two windows each way: without payments it would stop.  Not so fast that a window is full
# before the next payment, for what is refused its sender has counted.
paid_hops() {
	check "the client pays A" pay 0.1
	must "its packets pass" 5 reaches
	check "much goes up" iperf -n $((WINDOW * 2))
	check "much comes down" iperf -n $((WINDOW * 2)) -R
	books "paid"
	check "A paid for both directions" test \
		"$(of $B a '.carried_for_it.relay | (.up | tonumber) > 800000 and (.down | tonumber) > 800000')" = true
	check "B paid for the exit, both directions" test \
		"$(of $C b '.carried_for_it.exit | (.up | tonumber) > 800000 and (.down | tonumber) > 800000')" = true
	is "nobody else paid" "$(of $A b '[.carried_for_it[][] | tonumber] | add')" 0
	check "B earns more than it pays" test \
		"$(ask $B relay list | jq '([.[].earned_wei | tonumber] | add) > ([.[].cost_wei | tonumber] | add)')" = true
}

# A is silent: its window is all that passes, and its routing goes on.
dry() {
	local granted before after

	kill -STOP "${pid[a]}"
	sleep 1
	granted=$(account_at $B a | jq -r .granted_units)
	before=$(counted $B "$A_MACS" rx_control)
	check "a neighbour that does not pay uses up its window" until_true 10 used_up
	note "A has $(account_at $B a | jq -c '[.granted_units, .charged_units, .remaining_units]') at B; at A there are $(on $A -j account list | jq -c '[.[] | [.kind, .state, .granted_units, .charged_units, .revoked_units]]')"
	check "... and is cut" until_true 10 not reaches
	is "... the window did not grow" "$(account_at $B a | jq -r .granted_units)" "$granted"
	check "... and nothing passed beyond" test "$(account_at $B a | jq -r .charged_units)" -le "$granted"
	after=$(counted $B "$A_MACS" rx_control)
	check "its routing goes on" test "$after" -gt "$before"
	check "... by B" goes_by_b
	kill -CONT "${pid[a]}"
	must "it pays, and transit resumes" 6 reaches
	check "... by the same route" goes_by_b
	books "paid again"
}
not() { ! "$@" >/dev/null 2>&1; }
# What passes in a few seconds; less than such a frame of it is left in the end, which
# smaller ones may use.
used_up() {
	in_ns $K ping -q -f -w 3 -c 200 -s 1000 10.66.2.2
	not in_ns $K ping -q -c 2 -W 3 -s 1000 10.66.2.2 || return
	[ "$(account_at $B a | jq '(.remaining_units | tonumber) * 1000 < (.granted_units | tonumber)')" = true ]
}
goes_by_b() { [[ " $B_MACS " == *" $(next_hop $A "$(mac c 1)") "* ]]; }

# B's daemon dies in the middle: its kernel goes on, and so does its successor.
killed() {
	local id

	id=$(of $B a '"\(.account) \(.epoch)"')
	start in_ns $K timeout 120 iperf3 --logfile /dev/null -c 10.66.2.2 -b 400k -n $((WINDOW * 2)) -R
	sleep 2
	tsd_kill b
	check "with B's daemon dead its neighbours are carried" until_true 2 reaches
	tsd_start b
	must "B's daemon is back" 10 healthy b 2
	check "the download was not cut" wait "${pids[-2]}"
	must "B knows A again" 6 meets $B a
	is "... by the account of before" "$(of $B a '"\(.account) \(.epoch)"')" "$id"
	books "killed"
}

# D is a gateway, too: A buys of the cheaper one, and asks less from then on.
asks() { ask $A relay show | jq -r '.offer.wei_per_gb.relay.up'; }
gateways() {
	local before

	before=$(asks)
	config d 4 none0 "$(channel "${address[a]}" 1000 0)" 'gateway = "yes";'
	in_ns $D batctl meshif bat0 gw_mode server
	tsd_start d
	must "tsd serves on another gateway" 10 healthy d 4
	must "A knows its prices" 10 is_gateway_of_a
	must "A asks for one hop less" 3 asks_less $((before / 100 * 80))
	is "... nothing was carried by it" "$(of $A d '[.carried_by_it[][] | tonumber] | add')" 0
	tsd_kill d
	in_ns $D batctl meshif bat0 gw_mode off
}
is_gateway_of_a() { [ "$(of $A d '.terms != null and .way == "gateway"')" = true ]; }
asks_less() { [ "$(asks)" -lt "$1" ]; }

# dying LETTER CALLS DO AT: a tsd that ends itself with SIGKILL at a call (tests/crash/shim.c)
dying() {
	tsd_start "$1" LD_PRELOAD="$O/test/shim.so" TS_SHIM_DIR="$W/$1" TS_SHIM_UNIX=no \
		TS_SHIM_CALLS="$2" TS_SHIM_DO="$3" TS_SHIM_AT="$4"
}
keep_busy() {
	while sleep 1; do
		in_ns $K timeout 60 iperf3 --logfile /dev/null -c 10.66.2.2 -t 20 -b 400k --bidir \
			2>/dev/null
	done
}

# Each of the daemons dies before and after it writes or says something, time and again,
# while much is carried: none of it is paid twice, or lost.
deaths() {
	local l calls act at traffic died=0 lives=0 all=""

	check "the client pays A" pay 1
	start keep_busy
	traffic=$!
	for l in a b c a b c a b c; do
		for calls in fsync send; do
			for act in before after; do
				tsd_kill $l
				at=$((1 + RANDOM % 24))
				[ $calls = send ] || at=$((1 + at / 3))
				dying $l $calls $act $at
				until_true 1 is_gone $l && died=$((died + 1))
				lives=$((lives + 1))
				all+=" $l:$act-$calls-$at"
			done
		done
		tsd_kill $l
		tsd_start $l
		must "$l is back after dying four times" 10 healthy $l "$(number $l)"
	done
	note "killed at:$all"
	check "a daemon died in most of its lives: $died of $lives" test $died -gt $((lives / 2))
	stop $traffic
	must "A is met again" 6 meets $B a
	must "... and knows its way" 6 knows_prices $A b
	books "after $died deaths"
}
number() { case $1 in a) echo 1 ;; b) echo 2 ;; c) echo 3 ;; d) echo 4 ;; esac; }

# The other rule, from the start: A pays B for what goes up, C for what comes down.
sender() {
	rule=sender
	renew
	rule=requester
	check "the client pays A" pay 0.1
	check "much goes up" iperf -n $((WINDOW * 2))
	check "much comes down" iperf -n $((WINDOW * 2)) -R
	books "the sender pays"
	check "... B and C agree on what C sent" until_true 6 agree $C c $B b "$(mac c 1)"
	check "... C has paid B" until_true 6 settled $C b
	note "B of C: $(of $B c '.carried_for_it, .received_wei')"
	note "B of A: $(of $B a '.carried_for_it, .received_wei')"
	note "C of B: $(of $C b '.carried_for_it, .received_wei')"
}

# renew: the same boxes, without a past
renew() {
	mesh_down
	rm -rf "${W:?}"/*
	mesh_up
	start in_ns $S iperf3 -s >/dev/null
	boxes_up
}

# Where it cannot be, it is said, and clients are served.
says_no() {
	config d 4 none0 "$(channel "${address[b]}" 0 1)" ''
	sed -i 's/device = "bat0"/device = "bat9"/' "$W/d/tsd.conf"
	tsd_start d
	must "tsd serves without a mesh" 10 healthy d 4
	check "... and says that there is none" until_true 5 says_none
	tsd_kill d
}
says_none() { healthy d 4 | grep -q "bat9: there is no such mesh device"; }

modprobe -a batman_adv veth dummy
renew
for phase in ${RELAY_PHASES:-paid_hops dry killed says_no gateways deaths sender claims hides pads}; do
	start=$SECONDS
	$phase
	note "$phase took $((SECONDS - start)) s"
done
done_testing
