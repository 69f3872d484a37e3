#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tsd finds Photon nodes and is found, by who has not paid too, and by nobody
# else's ears; tspay pays without being told where.  Routed and bridged.
. "$(dirname "$0")/net.sh"
. "$(dirname "$0")/tsd.sh"

PEER=$TOP/tests/netns/mdns_peer.py
PHONE=0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359
OTHER=0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed
HERE=0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB

peers() { in_ns $R tsctl -c "$W/tsd.conf" -j peer list; }
peer() { peers | jq -r --arg a "$1" ".[] | select(.address == \$a) | $2"; }
known() { [ "$(peer "$1" .at)" = "$2" ]; }
unknown() { [ -z "$(peer "$1" .at)" ]; }
mdns() { in_ns $R tsctl -c "$W/tsd.conf" -j status | jq -r ".daemon.mdns.$1 // .mdns.$1"; }

shouts() { in_ns $C "$PEER" shout 10.66.1.2 $PHONE 40006; known $PHONE 10.66.1.2:40006; }

# The four records, as protocol and original have them; $1 is the TTL.
record_set() {
	echo "answer _photon.local PTR 1 $1 $BOX_ADDRESS._photon.local"
	echo "answer $BOX_ADDRESS._photon.local SRV 1 $1 40001 $BOX_ADDRESS.local"
	echo "answer $BOX_ADDRESS.local A 1 $1 10.66.1.1"
	echo "answer $BOX_ADDRESS._photon.local TXT 1 $1 \"$BOX_ADDRESS\""
}

one_kind() { # routed or bridged
	local kind=$1 said peer_pid

	# The client has not paid: this is the payment path.
	said=$(in_ns $C "$PEER" ask 10.66.1.2)
	is "$kind: who asks as the original does is answered alone" \
		"$(head -n 1 <<<"$said")" "from 10.66.1.1:5353 id 0x4242 flags 0x8400 questions 1"
	is "$kind: with these records" "$(tail -n +2 <<<"$said")" "$(record_set 10)"
	said=$(in_ns $C "$PEER" ask 10.66.1.2 5353)
	is "$kind: who speaks Multicast DNS is answered with all" \
		"$(head -n 1 <<<"$said")" "from 10.66.1.1:5353 id 0x0 flags 0x8400 questions 0"
	is "$kind: with the same records" "$(tail -n +2 <<<"$said")" "$(record_set 120)"
	check "$kind: tsd asks too" test "$(in_ns $C "$PEER" hear 10.66.1.2 3.5 10.66.1.1)" -ge 3

	in_ns $C "$PEER" junk 10.66.1.2 20
	start in_ns $C "$PEER" be 10.66.1.2 $PHONE 40005
	peer_pid=$!
	check "$kind: an unpaid phone that answers is found" until_true 8 known $PHONE 10.66.1.2:40005
	is "$kind: its source" "$(peer $PHONE .source)" mdns
	check "$kind: hostile packets were counted" test "$(mdns malformed)" -gt 0
	check "$kind: and those above the rate" test "$(mdns policed)" -gt 0
	stop $peer_pid
	check "$kind: gone, it is forgotten" until_true 10 unknown $PHONE

	is "$kind: who is named is where the configuration says" "$(peer $OTHER .at)" 10.66.1.2:9
	in_ns $C "$PEER" shout 10.66.1.2 $OTHER 40006
	check "$kind: who speaks unasked is heard" until_true 10 shouts
	is "$kind: but not against the configuration" "$(peer $OTHER '"\(.source) \(.at)"')" \
		"static 10.66.1.2:9"

	check "$kind: a payment by discovery, without HTTP" until_true 1 \
		in_ns $C tspay -k "$W/wallet" -p file:"$W/pass" -s "$W/purse" \
			--once 10000000000000000wei --discover --channel "$W/channel"
	is "$kind: it is in the ledger" \
		"$(in_ns $R tsctl -c "$W/tsd.conf" -j channel list | jq -r '.[0].transferred_wei')" \
		10000000000000000
	check "$kind: and with it" until_true 1 \
		in_ns $C tspay -k "$W/wallet" -p file:"$W/pass" -s "$W/purse" --once 0.01 --discover $BOX
	is "$kind: the session is paid" "$(in_ns $C curl -sf -m 3 $BOX/v1/session | jq -r .state)" paid
}

# Another station on the bridge, which must not hear the first for nothing.
other_station() {
	in_ns $C ip link add o0 type veth peer name p1
	in_ns $C ip link set p1 netns $R
	in_ns $R ip link set p1 master br0
	in_ns $R ip link set p1 up
	ip netns add $T-o
	in_ns $C ip link set o0 netns $T-o
	in_ns $T-o ip link set lo up
	in_ns $T-o ip addr add 10.66.1.3/24 dev o0
	in_ns $T-o ip link set o0 up
}
listens() { in_ns $T-o ss -Hlnu 'sport = :5353' | grep -q .; }
heard() { # COMMAND...: questions that the other station hears of the client
	local count=$W/heard pid

	in_ns $T-o "$PEER" hear 10.66.1.3 2.5 10.66.1.2 >"$count" &
	pid=$!
	until_true 5 listens
	"$@" >/dev/null
	wait $pid
	cat "$count"
}

up() { # PATTERN
	rm -rf "$W/purse"
	tsd_up "$1" 'discovery = { expire_seconds = 3; };
		peers = ( { address = "'$OTHER'"; at = "10.66.1.2:9"; } );
		limits = { mdns_per_source = 10; mdns_burst = 50; };' || return 1
	BOX_ADDRESS=$(tsctl key address file "$W/key")
}

net_up
up p0 || { not_ok "tsd starts"; done_testing; exit 1; }
one_kind routed
is "nothing is bound to every address" \
	"$(in_ns $R ss -Hlnu 'sport = :5353' | awk '{ print $4 }' | sort | paste -sd' ')" \
	"10.66.1.1:5353 224.0.0.251:5353"
in_ns $R ip addr del 10.66.1.1/24 dev p0
check "without the address it is said" until_true 5 grep -q "discovery: no interface that can multicast" "$W/tsd.log"
sleep 2.2
is "and once" "$(grep -c "discovery: no interface that can multicast" "$W/tsd.log")" 1
in_ns $R ip addr add 10.66.1.1/24 dev p0
check "it comes back, and so does discovery" until_true 5 in_ns $C "$PEER" ask 10.66.1.2
sed -i 's/10.66.1.2:9"/10.66.1.2:10"/' "$W/tsd.conf"
kill -HUP $tsd_pid
check "a reload takes other peers" until_true 3 known $OTHER 10.66.1.2:10
net_down

net_up bridged
in_ns $R sysctl -qw net.bridge.bridge-nf-call-iptables=0 2>/dev/null
other_station
up 'p*' || { not_ok "tsd starts"; done_testing; exit 1; }
check "the other station's port is metered" until_true 5 \
	test "$(in_ns $R tsctl -j port list | jq '[.[] | select(.ifname == "p0" or .ifname == "p1")] | length')" = 2
is "an unpaid station is answered, and not heard by the other" \
	"$(heard in_ns $C "$PEER" ask 10.66.1.2 5353)" 0
one_kind bridged
# Not on a routed port: what its own box says there comes back unmetered, and ends.
start in_ns $R "$PEER" be 10.66.1.1 $HERE 40007
here=$!
check "a node on the box itself, at its address, is found" \
	until_true 8 known $HERE 10.66.1.1:40007
stop $here
is "one that has paid is heard by all" "$(heard in_ns $C "$PEER" ask 10.66.1.2 5353)" 1
ip netns del $T-o
grep -E '(ERROR|runtime)' "$W/tsd.log" | sed 's/^/# /'
done_testing
