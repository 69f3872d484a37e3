#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The module comes and goes, whatever is under way.  What this looks for shows
# in the kernel's log, which the test VM reads, and in a machine that dies.
. ./lib.sh

test_the_family_loads_its_module() {
	unload || fail "cannot unload"
	./ctl bytes >/dev/null || fail "asking for the family did not load it"
	loaded || fail "not loaded"
}

test_load_and_unload_idle() {
	local i

	for ((i = 0; i < 10; i++)); do
		unload || fail "cannot unload in round $i"
		modprobe tokenswitch || fail "cannot load in round $i"
	done
}

test_unload_under_traffic() {
	local i

	modprobe tokenswitch
	topology || fail "no topology"
	start_flows
	for ((i = 0; i < 5; i++)); do
		modprobe tokenswitch || fail "cannot load in round $i"
		in_ns "$ROUTER" ./ctl meter 'tst*' "$CLIENT_MAC" || fail "no port in round $i"
		flowing || fail "paid traffic does not pass in round $i"
		[ "$(in_ns "$ROUTER" ./ctl bytes)" -gt 0 ] || fail "nothing was metered in round $i"
		rmmod tokenswitch || fail "cannot unload in round $i"
		flowing || fail "traffic stopped without the module in round $i"
	done
}

test_unload_with_owner_and_listener() {
	local out

	modprobe tokenswitch
	topology || fail "no topology"
	in_ns "$ROUTER" ./ctl meter 'tst*' "$CLIENT_MAC" || fail "no port"
	out=$(mktemp)
	start "$ROUTER" ./ctl own >"$out"
	until grep -q owner "$out"; do
		kill -0 "${FLOWS[-1]}" || fail "no owner"
		sleep 0.05
	done
	rm -f "$out"
	unload || fail "an owner keeps the module from going"
	modprobe tokenswitch || fail "cannot load again"
	# The socket of the former owner owns nothing of the new module's.
	in_ns "$ROUTER" ./ctl meter 'tst*' "$CLIENT_MAC" || fail "owned by a ghost"
}

test_unload_under_dumps() {
	local i

	modprobe tokenswitch
	topology || fail "no topology"
	for ((i = 0; i < 5; i++)); do
		load || fail "cannot load in round $i"
		in_ns "$ROUTER" ./ctl meter 'tst*' "$CLIENT_MAC" || fail "no port in round $i"
		start "$ROUTER" ./ctl dump 2>/dev/null
		sleep 0.2
		unload || fail "cannot unload in round $i"
	done
}

test_namespace_deleted_with_ports_and_accounts() {
	local i

	modprobe tokenswitch
	for ((i = 0; i < 3; i++)); do
		topology || fail "no topology in round $i"
		in_ns "$ROUTER" ./ctl meter 'tst*' "$CLIENT_MAC" || fail "no port in round $i"
		start_flows
		flowing || fail "paid traffic does not pass in round $i"
		ip netns del "$ROUTER" || fail "cannot delete the namespace"
		cleanup
	done
	unload || fail "a namespace that is gone holds the module"
	modprobe tokenswitch
}

test_load_is_refused_when_the_selftest_fails() {
	modinfo -F parm "${TS_KO:-tokenswitch}" 2>/dev/null | grep -q '^selftest_fail' ||
		skip "the module has no parameter selftest_fail"
	unload || fail "cannot unload"
	if modprobe tokenswitch selftest_fail=1 2>/dev/null; then
		fail "loaded although its selftest failed"
	fi
	loaded && fail "refused, but still there"
	modprobe tokenswitch || fail "cannot load without the parameter"
}

run_tests
