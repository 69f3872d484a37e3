#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What only the module does, inside the test VM and called by tests/vm/parts;
# the module is not loaded when this begins.  TAP on stdout.
set -uo pipefail
# shellcheck source=tests/vm/guest.sh
. "$TS_TOP/tests/vm/guest.sh"
# shellcheck source=tests/netns/net.sh
. "$TS_TOP/tests/netns/net.sh"
DRIVER=genl

not() { ! "$@" >/dev/null 2>&1; }

ts() { # ARG...: tsctl in the router
	in_ns $R tsctl -d genl "$@"
}

drops() { # REASON of all ports
	ts -j port list | jq -r --arg r "$1" '[.[].drops[$r] // 0 | tonumber] | add // 0'
}

# Sets id: an account of the client with so many units
account() {
	ts tariff set 1 internet up 1 down 1 >/dev/null
	id=$(ts -j account add mac 02:00:00:00:00:02 zone $ZONE tariff 1 | jq .id)
	ts grant "$id" to "$1" >/dev/null
}

refused_load() {
	local i

	for i in {1..7}; do
		check "self-test $i that fails refuses the load" not guest_load selftest_fail=$i
		check "... and says so" grep -q "self-tests: FAIL" <(dmesg | tail -n 8)
	done
	check "nothing is left of it" test ! -e /sys/module/tokenswitch
}

tracepoints() {
	local events=/sys/kernel/tracing/events/tokenswitch log=/sys/kernel/tracing/trace

	echo 1 >$events/enable
	account 300
	in_ns $C ping -q -c 4 -i 0.05 -W 1 10.66.2.2 >/dev/null
	echo 0 >$events/enable
	check "ts_grant tells account and value" grep -q "ts_grant: account=$id .*granted=300" $log
	is "ts_exhausted came once" "$(grep -c "ts_exhausted: account=$id " $log)" 1
	check "ts_drop names the reason" grep -q "ts_drop: .*account=$id dir=up reason=dry" $log
	ts account close "$id" >/dev/null
}

# Addresses without number push out strangers, never who pays.
strangers() {
	local before after pid

	account 1000000000
	before=$(ts -j status | jq .memory_bytes)
	in_ns $C macflood c0 50000 02:00:00:00:00:01 >/dev/null &
	pid=$!
	check "who pays passes under the flood" in_ns $C ping -q -c 20 -i 0.05 -W 5 10.66.2.2
	wait $pid
	after=$(ts -j status | jq .memory_bytes)
	is "the flood took no memory" "$after" "$before"
	check "the strangers were dropped" test "$(drops stranger)" -gt 1000
	ts account close "$id" >/dev/null
}

# A port must be metered wherever its device goes.
devices() {
	local before

	check "a stranger does not pass" not in_ns $C ping -q -c 2 -W 1 10.66.2.2
	ip netns add $T-x
	in_ns $R ip link set p0 netns $T-x
	is "a device that moved away is not ours" \
		"$(ts -j port list | jq '[.[] | select((.ifname // "") != "")] | length')" 0
	in_ns $T-x ip link set p0 netns $R
	in_ns $R ip link set p0 up
	in_ns $R ip addr add 10.66.1.1/24 dev p0
	before=$(drops stranger)
	check "moved back, it is metered" not in_ns $C ping -q -c 2 -W 1 10.66.2.2
	check "... and counts what it drops" test "$(drops stranger)" -gt "$before"
	account 1000000000
	check "... and lets pass who pays" in_ns $C ping -q -c 2 -W 5 10.66.2.2
	ip netns del $T-x
}

# A client that left is idle, whoever goes on writing to it.
idle() {
	local ms

	account 1000000
	in_ns $C ping -q -c 1 -W 5 10.66.2.2 >/dev/null
	in_ns $C ip addr del 10.66.1.2/24 dev c0
	in_ns $R ip neigh replace 10.66.1.2 lladdr 02:00:00:00:00:02 dev p0 nud permanent
	for _ in $(seq 15); do
		in_ns $S bash -c 'echo hello >/dev/udp/10.66.1.2/9999'
		sleep 0.2
	done
	ms=$(ts -j account show "$id" | jq '.idle_ms | tonumber')
	check "what others send to a client does not keep it from being idle" test "$ms" -gt 2000
	in_ns $R ip neigh del 10.66.1.2 dev p0
	in_ns $C ip addr add 10.66.1.2/24 dev c0
	in_ns $C ip route replace default via 10.66.1.1
	ts account close "$id" >/dev/null
}

# The client says something now and then, too: its neighbour entry grows old.
copy_is_dropped() { # BEFORE
	in_ns $T-x ping -q -c 1 -W 0.2 10.66.1.1
	in_ns $S bash -c 'echo free lunch >/dev/udp/10.66.1.2/9999'
	sleep 0.2
	[ "$(drops unsolicited)" -gt "$1" ]
}

# Somebody behind p1 sends with the address of the client, unseen by the bridge:
# what goes to p0 is then a copy for the meter, and must not pass unbilled.
copies() {
	local before zone=$ZONE

	in_ns $R ip link add br0 address 02:00:00:00:00:01 type bridge mcast_snooping 0
	in_ns $R ip addr del 10.66.1.1/24 dev p0
	in_ns $R ip link set p0 master br0
	in_ns $R ip link set br0 up
	in_ns $R ip addr add 10.66.1.1/24 dev br0
	ip netns add $T-x
	ip link add x0 netns $T-x address 02:00:00:00:00:02 type veth peer name p1 netns $R
	in_ns $R ip link set p1 master br0
	in_ns $R ip link set p1 type bridge_slave learning off
	in_ns $R ip link set p1 up
	in_ns $T-x ip link set x0 up
	in_ns $T-x ip addr add 10.66.1.9/24 dev x0
	ZONE=br0
	account 1000000
	check "who pays passes through the bridge" until_true 20 in_ns $C ping -q -c 1 -W 1 10.66.2.2
	before=$(drops unsolicited)
	check "heard at another port last, what is not billed does not pass" \
		until_true 20 copy_is_dropped "$before"
	check "heard at its own port, it passes" in_ns $C ping -q -c 2 -W 5 10.66.2.2
	ts account close "$id" >/dev/null
	ip netns del $T-x
	in_ns $R ip link del br0
	in_ns $R ip addr add 10.66.1.1/24 dev p0
	ZONE=$zone
}

# The module goes while both directions are as busy as can be.
unload() {
	local i

	start in_ns $S iperf3 -s -p 5301 >/dev/null
	start in_ns $S iperf3 -s -p 5302 >/dev/null
	until_true 20 in_ns $C iperf3 -c 10.66.2.2 -p 5302 -n 1k --connect-timeout 500
	until_true 20 in_ns $C iperf3 -c 10.66.2.2 -p 5301 -n 1k --connect-timeout 500
	start in_ns $C timeout 120 iperf3 -c 10.66.2.2 -p 5301 -t 110 >/dev/null 2>&1
	start in_ns $C timeout 120 iperf3 -u -b 0 -c 10.66.2.2 -p 5302 -t 110 -R >/dev/null 2>&1
	for i in 1 2 3; do
		sleep 1
		check "unload $i under load" rmmod tokenswitch
		guest_load
		ts port add 'p*' meter nf >/dev/null
		account 1000000000000
	done
}

refused_load
if ! guest_load; then
	not_ok "the module loads"
	done_testing
	exit 1
fi
check "all self-tests are told" test "$(dmesg | grep -c 'self-tests: pass')" -ge 7
net_up
ts port add 'p*' meter nf >/dev/null
tracepoints
strangers
devices
ts account close "$id" >/dev/null
idle
copies
account 1000000000000
unload
check "paid traffic passes after all that" in_ns $C ping -q -c 2 -W 5 10.66.2.2
for p in "${pids[@]}"; do
	kill "$p"
	wait "$p"
done 2>/dev/null
pids=()
# Ports and accounts are live: the namespace has to take them along.
for ns in $R $C $S; do
	ip netns del $ns
done
check "the module unloads after its namespaces" rmmod tokenswitch
done_testing
