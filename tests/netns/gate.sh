#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Nothing opens to the unpaid: nftables flushed, the access device deleted and
# made again, clsact deleted by somebody, each with tsd alive and dead; and a
# million random stations cost a hundred paying clients nothing.
# gate.sh [METER]; GATE_STRANGERS: so many stations (1000000); GATE_PAYERS: so many
# payers beside the first (100).
METER=${1:-auto}
. "$(dirname "$0")/net.sh"
. "$(dirname "$0")/tsd.sh"
. "$(dirname "$0")/unpaid.sh"

# Both sides try all the time.
attack_start() {
	unpaid_known
	exec 8< <(exec nsenter --net=/run/netns/$N -- framecount any 10.66.2.2)
	w_down=$!
	exec 9< <(exec nsenter --net=/run/netns/$S -- framecount s0 10.66.1.3)
	w_up=$!
	pids+=($w_down $w_up)
	read -r -u 8 _; read -r -u 9 _
	start in_ns $S bash -c 'while :; do echo free lunch >/dev/udp/10.66.1.3/9999; sleep 0.002; done' 2>/dev/null
	a_down=$!
	start in_ns $N bash -c 'while :; do echo free lunch >/dev/udp/10.66.2.2/9999; sleep 0.002; done' 2>/dev/null
	a_up=$!
}
attack_stop() { # sets got_down, got_up: bytes
	local f o ob l
	stop $a_down; stop $a_up
	kill $w_down $w_up 2>/dev/null
	read -r -u 8 f got_down o ob l
	read -r -u 9 f got_up o ob l
	exec 8<&- 9<&-
}

under_attack() { # NAME, then what happens
	local name=$1; shift
	attack_start
	paid_start
	sleep 0.5
	"$@"
	sleep 1.5
	paid_stop
	attack_stop
	is "$name: nothing from upstream reaches the unpaid, nothing of theirs gets out" \
		"down $got_down up $got_up" "down 0 up 0"
	is "$name: the paying client lost no packet" "$paid_lost" 0
}

quiet() { "$@" >/dev/null 2>&1; }
# New connections are let through to the box, to be redirected or refused; where
# nothing refuses them they must not get further than the box.
pleas() { # NAME
	local f got
	exec 9< <(exec nsenter --net=/run/netns/$S -- framecount s0 10.66.1.3)
	w_up=$!
	pids+=($w_up)
	read -r -u 9 _
	for port in 80 443 22 8080; do
		in_ns $N timeout 0.4 bash -c "echo hello >/dev/tcp/10.66.2.2/$port" 2>/dev/null
		in_ns $N timeout 0.4 bash -c "echo hello >/dev/udp/10.66.2.2/$port" 2>/dev/null
	done
	sleep 0.3
	kill $w_up 2>/dev/null
	read -r -u 9 f got _
	exec 9<&-
	is "$1: no connection of the unpaid gets upstream" "$got" 0
}
flush() { in_ns $R nft flush ruleset; }
flush_often() { local i; for i in 1 2 3 4 5 6 7 8 9 10; do flush; sleep 0.05; done; }
remake() {
	in_ns $R ip link del p1
	unpaid_link
	unpaid_known
}
no_clsact() { in_ns $R tc qdisc del dev p1 clsact 2>/dev/null; in_ns $R tc qdisc add dev p1 clsact; in_ns $R tc qdisc del dev p1 clsact; }
# Without a meter nobody passes, not even who pays.
no_meter() {
	local pins
	pins=/sys/fs/bpf/tokenswitch/$(command stat -Lc %i /run/netns/$R)
	attack_start
	if [ $DRIVER = bpf ]; then
		rm -rf "$pins"
	else
		rmmod tokenswitch
		sleep 2
		insmod "$TS_KO"
	fi
	sleep 1
	attack_stop
	is "tsd alive, the meter taken away: nothing opens to the unpaid" \
		"down $got_down up $got_up" "down 0 up 0"
	check "the meter is back" until_true 10 tsd_healthy
	check "the paid client reaches upstream" until_true 5 quiet in_ns $C ping -q -c 2 -W 1 10.66.2.2
}
no_xdp() { in_ns $R ip link set p1 xdp off 2>/dev/null; true; }

net_up bridged
unpaid_up
if ! tsd_up 'p*'; then
	not_ok "tsd starts and is healthy"
	done_testing
	exit
fi
ok "tsd starts and is healthy"
check "the client pays" quiet pay 0.5

# What stands on a port is metered there: the gate lets pass what goes to it.
metered() { in_ns $R nft list set inet tokenswitch metered | grep -qw "$1"; }
in_ns $R ip link add p2 type veth peer name far2
in_ns $R ip link add link p2 name p2u type macvlan 2>/dev/null ||
	in_ns $R ip link add link p2 name p2u type vlan id 5 2>/dev/null
if quiet in_ns $R ip link show p2u; then
	check "the gate takes what stands on a port for metered" until_true 5 metered p2u
	is "it is listed as part of the port" "$(in_ns $R tsctl -j port list |
		jq -r '.[] | select(.ifname == "p2u") | .lower')" p2
else
	skip "the gate takes what stands on a port for metered" "a kernel with neither macvlan nor VLAN devices"
fi
in_ns $R ip link del p2
check "the paid client reaches upstream" quiet in_ns $C ping -q -c 2 -W 1 10.66.2.2

under_attack "tsd alive" true
pleas "tsd alive"
under_attack "tsd alive, nft flush ruleset" flush_often
check "the gate is back after the flush" until_true 3 in_ns $R nft list table inet tokenswitch
under_attack "tsd alive, access device made again" remake
check "the device made again is metered" until_true 3 bash -c \
	"nsenter --net=/run/netns/$R -- tsctl -j port list | jq -e '.[] | select(.ifname == \"p1\")'"
# The hooks of nf are nobody's to take away.
if [ $DRIVER = bpf ]; then
	under_attack "tsd alive, clsact deleted" no_clsact
	under_attack "tsd alive, XDP taken off" no_xdp
fi
no_meter

tsd_kill
under_attack "tsd dead" true
[ $DRIVER = genl ] || under_attack "tsd dead, clsact deleted" no_clsact
under_attack "tsd dead, nft flush ruleset" flush
pleas "tsd dead and nft flushed"
in_ns $R tsctl -c "$W/tsd.conf" status >/dev/null
tsd_start
check "tsd adopts after its death" until_true 10 tsd_healthy
under_attack "tsd back" true
tsd_kill
under_attack "tsd dead, access device made again" remake
tsd_start
check "tsd adopts again" until_true 10 tsd_healthy

# So many more for whom was paid, each with a MAC and an address of its own.
payers=${GATE_PAYERS:-100}
in_ns $R ip addr add 10.68.255.1/16 dev br0
in_ns $S ip addr add 10.66.2.3/24 dev s0
in_ns $S ip route add 10.68.0.0/16 via 10.66.2.1
in_ns $C sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.default.arp_ignore=1 \
	net.ipv4.conf.all.arp_announce=2
for ((i = 0; i < payers; i++)); do
	mac=$(printf '02:68:00:00:00:%02x' $i)
	echo "link add mv$i link c0 address $mac type macvlan mode private"
	echo "addr add 10.68.0.$((i + 1))/16 dev mv$i"
	echo "link set mv$i up"
	echo "route add 10.66.2.3/32 via 10.68.255.1 dev mv$i metric $((i + 1))"
done | in_ns $C ip -batch -
for ((i = 0; i < payers; i++)); do
	in_ns $R tsctl -c "$W/tsd.conf" session sponsor "$(printf '02:68:00:00:00:%02x' $i)" \
		zone br0 limit 0.01
done >/dev/null
pings_start() {
	pings=()
	for ((i = 0; i < payers; i++)); do
		start in_ns $C ping -I mv$i -i 0.2 -q 10.66.2.3 >"$W/ping.$i"
		pings+=($!)
	done
}
pings_stop() { # sets pings_lost: of all together; who has sent nothing has lost that
	kill -INT "${pings[@]}"; wait "${pings[@]}" 2>/dev/null
	pings_lost=$(sed -n 's/^\([0-9]*\) packets transmitted, \([0-9]*\) .*/\1 \2/p' "$W"/ping.* |
		awk -v all=$payers '{ n++; if ($1 - $2 > 1 || $2 < 6) bad++ } END { print bad + all - n }')
}
check "all of them reach upstream" until_true 5 bash -c "
	for ((i = 0; i < $payers; i++)); do
		nsenter --net=/run/netns/$C -- ping -I mv\$i -c 1 -W 1 -q 10.66.2.3 || exit 1
	done"

accounts=$(in_ns $R tsctl -j status | jq .accounts)
paid_start
pings_start
strangers=${GATE_STRANGERS:-1000000}
sent=$(in_ns $N macflood n0 $strangers 02:00:00:00:00:01)
# What is still under way counts as lost, but for one packet each: an emulator is slow.
sleep $PATIENCE
pings_stop
paid_stop
is "$strangers random stations were sent" "$(( ${sent:-0} >= strangers ))" 1
is "they cost the paying client no packet" "$paid_lost" 0
is "nor any of $payers others" "$pings_lost" 0
is "they got no account" "$(in_ns $R tsctl -j status | jq .accounts)" "$accounts"
check "the paid account is still there" quiet in_ns $R tsctl account show mac 02:00:00:00:00:02 zone br0
check "tsd is still healthy" quiet tsd_healthy
done_testing
