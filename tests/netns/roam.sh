#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A client moves to another box of the community with a download under way, and goes on
# with what it paid at home (M14): two tsd, the bpf meter, a link between them that is cut,
# each of them killed (-9), and the way back.
. "$(dirname "$0")/roam_net.sh"
BYTES=50000000

# The download may be over by now: use what is left, until nothing passes any more.
uses_all() {
	in_ns $C curl -s --interface 10.66.9.9 -m 5 -o "$W/more" http://10.66.2.2:8000/file
	does_not_ping
}

topology
head -c $BYTES /dev/urandom >"$W/file"
start in_ns $S python3 -m http.server -d "$W" -b 10.66.2.2 8000 >"$W/http.log" 2>&1
check "two boxes with a channel between them" boxes
check "a client pays at home" tspay_ --once 0.1 $HOME_BOX
check "and is online" until_true 10 pings
download 2M
check "a download begins" until_true 20 has_got 2000000

at_host
check "behind the other box it is cut" does_not_ping
before=$(got)
tspay_ roam $HOST_BOX >"$W/roam" 2>&1
is "its wallet signs an order" $? 0
sed 's/^/# /' "$W/roam"
check "the download goes on" until_true 30 has_got $((before + 2000000))
guest '.in[0] | "\(.order_to_grant_us / 1000) ms from the order to the first grant, \((.frame_to_grant_us // 0) / 1000) ms from the first frame"' |
	sed 's/^/# interruption: /'
check "the interruption is measured" guest '.in[0].order_to_grant_us > 0'
check "and in the status" test "$(nctl status | jq '.daemon.lag.roam.count')" = 1
is "which counts it" "$(nctl status | jq -c .daemon.roam)" '{"in":1,"in_faults":0,"out":0}'
check "home knows where it is" order '.out[0].state == "newest" and (.out[0].bought_wei | tonumber) > 0'
check "its session says whose guest it is" \
	test "$(in_ns $C curl -s $HOST_BOX/v1/session | jq -r '.roam.home')" = "$(hctl status | jq -r .daemon.address)"

# No slice rather than two.
in_ns $R ip link set h0 down
check "home cut off: the host says so" until_true 60 guest '.in[0].fault | test("does not answer")'
check "what was bought is used, and then it is cut" until_true 60 uses_all
check "so does the guest's session" \
	until_true 10 sh -c "nsenter --net=/run/netns/$C -- curl -s $HOST_BOX/v1/session | jq -e '.roam.fault | test(\"does not answer\")'"
bought=$(hctl roam list | jq -r '.out[0].bought_wei')
is "nothing is left of it" "$(nctl roam list | jq -r '.in[0] | (.unspent_wei | tonumber) < 2e12')" true
in_ns $R ip link set h0 up
check "home is there again: all is well" until_true 60 guest '.in[0].fault == ""'
check "and it is online again" until_true 10 pings

kill_hard host; run host
check "the host was killed and is back" until_true 20 healthy $N $HOST_BOX
kill_hard home; run home
check "and so is home" until_true 20 healthy $R $HOME_BOX
wait $download_pid
is "the download ends" $? 0
check "and is what was sent" cmp "$W/file" "$W/got"
check "home sold again since" until_true 60 order ".out[0].bought_wei != \"$bought\""

at_home
check "home again" tspay_ roam $HOME_BOX
check "the host lets it go" until_true 60 no_guest
check "what is left is back" until_true 20 order '[.out[] | select(.state == "superseded")] |
	all((.bought_wei | tonumber) > (.returned_wei | tonumber) and (.returned_wei | tonumber) > 0)'
check "and it is online at home" until_true 20 pings
at_host
check "but not behind the other box" does_not_ping
at_home

check "no unit is lost, none is there twice" balance 10000000000000000
kill "${tsd_pid[home]}" "${tsd_pid[host]}"; wait "${tsd_pid[home]}" "${tsd_pid[host]}"
for box in home host; do
	check "the ledger of the $box agrees with itself" \
		tsctl -c "$W/$box/tsd.conf" ledger check
done
[ "$n_failed" = 0 ] || for box in home host; do sed "s/^/# $box: /" "$W/$box/tsd.log"; done
done_testing
