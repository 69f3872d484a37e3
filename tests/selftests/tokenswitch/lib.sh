# SPDX-License-Identifier: GPL-2.0
# What the shell tests share; to be sourced from the folder they lie in.
#
#   client --- access port [router] uplink --- server
#     c0        tst0                 up0         s0
#   10.0.1.2    10.0.1.1          10.0.2.1    10.0.2.2
#
# A test is a function named test_...; run_tests runs all of a script, in the
# order in which they are written.  It says what went wrong by "fail REASON",
# and "skip REASON" ends it.

. ../kselftest/ktap_helpers.sh

ROUTER=tsr$$
CLIENT=tsc$$
SERVER=tss$$
CLIENT_MAC=02:5e:00:00:00:02
FLOWS=()

in_ns() {
	ip netns exec "$@"
}

# start NAMESPACE COMMAND...: in the background, until stop_flows.  Not by in_ns:
# the shell that a function in the background is would be all that gets killed.
start() {
	ip netns exec "$@" &
	FLOWS+=($!)
}

topology() {
	ip netns add "$ROUTER" && ip netns add "$CLIENT" && ip netns add "$SERVER" || return
	ip -n "$ROUTER" link add tst0 type veth peer name c0 netns "$CLIENT"
	ip -n "$ROUTER" link add up0 type veth peer name s0 netns "$SERVER"
	ip -n "$CLIENT" link set c0 address "$CLIENT_MAC"
	ip -n "$CLIENT" addr add 10.0.1.2/24 dev c0
	ip -n "$ROUTER" addr add 10.0.1.1/24 dev tst0
	ip -n "$ROUTER" addr add 10.0.2.1/24 dev up0
	ip -n "$SERVER" addr add 10.0.2.2/24 dev s0
	ip -n "$CLIENT" link set c0 up
	ip -n "$ROUTER" link set tst0 up
	ip -n "$ROUTER" link set up0 up
	ip -n "$SERVER" link set s0 up
	ip -n "$CLIENT" route add default via 10.0.1.1
	ip -n "$SERVER" route add default via 10.0.2.1
	in_ns "$ROUTER" sysctl -qw net.ipv4.ip_forward=1
}

# Datagrams both ways until stop_flows, never longer than five minutes; 4000 a
# second, which leaves an emulated CPU some time for the script as well.
start_flows() {
	start "$SERVER" iperf3 -s >/dev/null 2>&1
	until in_ns "$SERVER" ss -Hltn | grep -q :5201; do
		sleep 0.05
	done
	start "$CLIENT" iperf3 -c 10.0.2.2 -u -l 1200 -b 20M -t 300 --bidir >/dev/null 2>&1
}

stop_flows() {
	[ ${#FLOWS[@]} -eq 0 ] && return
	kill "${FLOWS[@]}" 2>/dev/null
	wait "${FLOWS[@]}" 2>/dev/null
	FLOWS=()
}

# Packets that the server's side has got.
received() {
	in_ns "$SERVER" cat /sys/class/net/s0/statistics/rx_packets
}

# flowing: wait until 200 more have come; a stream that has stopped never does
flowing() {
	local start end=$((SECONDS + 20))

	start=$(received) || return
	while [ "$SECONDS" -lt "$end" ]; do
		[ $(($(received) - start)) -ge 200 ] && return
		sleep 0.05
	done
	return 1
}

cleanup() {
	local ns

	stop_flows
	for ns in "$CLIENT" "$SERVER" "$ROUTER"; do
		ip netns del "$ns" 2>/dev/null
	done
}

loaded() {
	[ -d /sys/module/tokenswitch ]
}

# Whoever asks for the family loads it, and may be quicker.
load() {
	modprobe tokenswitch || loaded
}

# rmmod waits for nobody: who has just closed a dump may hold it a moment more.
unload() {
	local i

	for ((i = 0; i < 100; i++)); do
		loaded || return 0
		rmmod tokenswitch 2>/dev/null && return 0
		sleep 0.05
	done
	rmmod tokenswitch
}

fail() {
	ktap_print_msg "$*"
	exit "$KSFT_FAIL"
}

skip() {
	ktap_print_msg "skip: $*"
	echo "$*" >"$SKIP_REASON"
	exit "$KSFT_SKIP"
}

run_tests() {
	local tests name status

	mapfile -t tests < <(sed -n 's/^\(test_[a-z_]*\)() {.*/\1/p' "$0")
	SKIP_REASON=$(mktemp)
	ktap_print_header
	ktap_set_plan ${#tests[@]}
	for name in "${tests[@]}"; do
		# A subshell, so that "fail" ends the test and not the script.
		(trap cleanup EXIT; "$name")
		status=$?
		name=${name#test_}
		case $status in
		0) ktap_test_pass "${name//_/ }" ;;
		"$KSFT_SKIP")
			__ktap_test ok "${name//_/ }" "SKIP $(cat "$SKIP_REASON")"
			KTAP_CNT_SKIP=$((KTAP_CNT_SKIP + 1))
			;;
		*) ktap_test_fail "${name//_/ }" ;;
		esac
	done
	rm -f "$SKIP_REASON"
	ktap_finished
}
