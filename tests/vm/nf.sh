#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The module's nf meter on Debian's kernels, in the test VM:
#
#   tests/vm/nf.sh [PART]... [SERIES]...	TAP on stdout
#
# PART is module (what only the module does), exact, capture (the network
# tests of tests/netns with meter nf); SERIES is 6.1 or 6.12.  All unless said.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
n=0 failed=0

# --- inside the machine -------------------------------------------------------

drops() { # REASON of port p0
	in_ns $R tsctl -d genl -j port list | jq -r --arg r "$1" '.[0].drops[$r] // 0'
}

account() { # MAC [ARG...]: prints the id
	in_ns $R tsctl -d genl -j account add mac "$@" zone $ZONE tariff 1 | jq .id
}

refused_load() {
	local i

	for i in 1 2 3 4 5; do
		check "self-test $i that fails refuses the load" not guest_load selftest_fail=$i
		check "... and says so" grep -q "self-tests: FAIL" <(dmesg | tail -n 8)
	done
	check "nothing is left of it" test ! -e /sys/module/tokenswitch
}
not() { ! "$@" >/dev/null 2>&1; }

tracepoints() {
	local events=/sys/kernel/tracing/events/tokenswitch log=/sys/kernel/tracing/trace

	net_up
	in_ns $R tsctl -d genl tariff set 1 internet up 1 down 1 >/dev/null
	in_ns $R tsctl -d genl port add p0 meter nf >/dev/null
	id=$(account 02:00:00:00:00:02)
	echo 1 >$events/enable
	in_ns $R tsctl -d genl grant "$id" to 300 >/dev/null
	in_ns $C ping -q -c 4 -i 0.05 -W 1 10.66.2.2 >/dev/null
	echo 0 >$events/enable
	check "ts_grant tells account and value" grep -q "ts_grant: account=$id .*granted=300" $log
	is "ts_exhausted came once" "$(grep -c "ts_exhausted: account=$id " $log)" 1
	check "ts_drop names the reason" grep -q "ts_drop: .*account=$id dir=up reason=dry" $log
	net_down
}

# A port must be metered wherever its device goes.
devices() {
	net_up
	in_ns $R tsctl -d genl port add 'p*' meter nf >/dev/null
	check "a stranger does not pass" not in_ns $C ping -q -c 2 -W 1 10.66.2.2
	ip netns add $T-x
	in_ns $R ip link set p0 netns $T-x
	is "a device that moved away is not ours" "$(in_ns $R tsctl -d genl -j port list | jq '[.[] | select(.ifname != "")] | length')" 0
	in_ns $T-x ip link set p0 netns $R
	in_ns $R ip link set p0 up
	in_ns $R ip addr add 10.66.1.1/24 dev p0
	check "moved back, it is metered" not in_ns $C ping -q -c 2 -W 1 10.66.2.2
	check "... and counts what it drops" test "$(drops stranger)" -gt 0
	ip netns del $T-x
	net_down
}

# Addresses without number push out strangers, never who pays.
strangers() {
	net_up
	in_ns $R tsctl -d genl tariff set 1 internet up 1 down 1 >/dev/null
	in_ns $R tsctl -d genl port add p0 meter nf >/dev/null
	id=$(account 02:00:00:00:00:02)
	in_ns $R tsctl -d genl grant "$id" to 1000000000 >/dev/null
	local before after
	before=$(in_ns $R tsctl -d genl -j status | jq '.memory_bytes')
	in_ns $C macflood c0 50000 02:00:00:00:00:01 >/dev/null &
	local pid=$!
	check "who pays passes under the flood" in_ns $C ping -q -c 20 -i 0.05 -W 2 10.66.2.2
	wait $pid
	after=$(in_ns $R tsctl -d genl -j status | jq '.memory_bytes')
	is "the flood took no memory" "$after" "$before"
	check "the strangers were dropped" test "$(drops stranger)" -gt 1000
	net_down
}

# The module goes while both directions are busy, again and again.
unload() {
	local i

	for i in 1 2 3 4 5; do
		net_up
		in_ns $R tsctl -d genl tariff set 1 internet up 1 down 1 >/dev/null
		in_ns $R tsctl -d genl port add 'p*' meter nf >/dev/null
		id=$(account 02:00:00:00:00:02)
		in_ns $R tsctl -d genl grant "$id" to 1000000000000 >/dev/null
		start in_ns $S iperf3 -s -p 5301 >/dev/null
		start in_ns $S iperf3 -s -p 5302 >/dev/null
		until_true 5 in_ns $C iperf3 -c 10.66.2.2 -p 5301 -n 1k
		start in_ns $C timeout 20 iperf3 -c 10.66.2.2 -p 5301 -t 15 >/dev/null
		start in_ns $C timeout 20 iperf3 -u -b 0 -c 10.66.2.2 -p 5302 -t 15 -R >/dev/null
		sleep 1
		check "unload $i under load" rmmod tokenswitch
		guest_load
		net_down
	done
}

guest_module() {
	refused_load
	guest_load || { not_ok "the module loads"; done_testing; return 1; }
	check "all self-tests are told" test "$(dmesg | grep -c 'self-tests: pass')" -ge 5
	tracepoints
	devices
	strangers
	unload
	check "the module unloads" rmmod tokenswitch
	done_testing
}

guest() {
	# shellcheck source=tests/vm/guest.sh
	. "$TS_TOP/tests/vm/guest.sh"
	guest_init
	guest_hold_hooks
	export O=$TS_O
	case $1 in
	module)
		# shellcheck source=tests/netns/net.sh
		. "$TS_TOP/tests/netns/net.sh"
		guest_module
		;;
	capture)
		guest_load && CAPTURE_BYTES=300k "$TS_TOP/tests/netns/capture.sh" nf
		;;
	exact)
		# What an emulated machine can carry in the time that the test has.
		guest_load && EXACT_UNITS=6000000 "$TS_TOP/tests/netns/exact.sh" nf
		;;
	esac
}

# --- outside ------------------------------------------------------------------

# one PART SERIES: its TAP lines, renumbered; the rest as diagnostics
one() {
	local planned='' seen=0 status=0 name="$2 nf $1" line word

	while IFS= read -r line; do
		case $line in
		"ok "*|"not ok "*)
			n=$((n + 1)) seen=$((seen + 1))
			word=${line%%ok *}ok
			[ "$word" = ok ] || failed=1
			line=${line#*ok }
			echo "$word $n - $name: ${line#* - }"
			;;
		1..*) planned=${line#1..} ;;
		"@vm "*) status=${line#@vm } ;;
		*) echo "# ${line#\# }" ;;
		esac
	done < <("$here/boot" -t 900 "$2" "$here/nf.sh" --guest "$1" 2>&1; echo "@vm $?")
	n=$((n + 1))
	if [ "$planned" = "$seen" ] && [ "$status" = 0 ]; then
		echo "ok $n - $name: ran to its end"
	else
		echo "not ok $n - $name: ran to its end"
		echo "# status $status, $seen results of ${planned:-an unknown number}"
		failed=1
	fi
}

if [ "${1:-}" = --guest ]; then
	guest "$2"
	exit
fi
parts=() series=()
for arg in "$@"; do
	case $arg in
	6.*) series+=("$arg") ;;
	*) parts+=("$arg") ;;
	esac
done
[ ${#parts[@]} -gt 0 ] || parts=(module exact capture)
[ ${#series[@]} -gt 0 ] || series=(6.1 6.12)
for s in "${series[@]}"; do
	if ! why=$("$here/boot" -n "$s" 2>&1); then
		n=$((n + 1))
		echo "ok $n - $s nf # SKIP $(tail -n 1 <<<"$why")"
		continue
	fi
	for p in "${parts[@]}"; do
		one "$p" "$s"
	done
done
echo "1..$n"
exit $failed
