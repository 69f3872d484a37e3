#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A wallet pays for a station that is not its own: it goes on without a login, is cut at the
# limit with no byte beyond, also when its MAC is copied and tsd is killed; and what the
# wallet signed before does not come back (M6, M15).
. "$(dirname "$0")/net.sh"
. "$(dirname "$0")/tsd.sh"
N=$T-n	# the station that is paid for: 10.66.4.3 behind port p1
X=$T-x	# who has copied its MAC: 10.66.5.3 behind port p2, which is another zone
net_down_all() { ip netns del $N 2>/dev/null; ip netns del $X 2>/dev/null; net_down; rm -rf "$W"; }
trap net_down_all EXIT
MAC=02:00:00:00:00:03

# A date is of use to who knows it; on test machines nobody keeps the clock.
tsd_start() {
	LD_PRELOAD=$O/test/keptclock.so nsenter --net=/run/netns/$R -- tsd -c "$W/tsd.conf" \
		>>"$W/tsd.log" 2>&1 &
	tsd_pid=$!
	pids+=($tsd_pid)
}
ctl() { in_ns $R tsctl -c "$W/tsd.conf" "$@"; }
as() { in_ns "$1" curl -s -m $((5 * PATIENCE)) "${@:2}"; }
passes() { in_ns "$1" ping -q -c 1 -W 1 10.66.2.2; }
quiet() { "$@" >/dev/null 2>&1; }
# Of a frame that is larger than any rest.
fits() { in_ns "$1" ping -q -c 1 -W 1 -s 1300 10.66.2.2; }
is_dry() { ! fits "$1" && ! fits "$1"; } >/dev/null 2>&1
ends() { ! passes "$1" && ! passes "$1"; } >/dev/null 2>&1
sponsor() { in_ns $C tspay -k "$W/wallet" -p file:"$W/pass" -s "$W/purse" sponsor "$@"; }
sponsored() { as $C "$BOX/v1/sponsor?address=$WALLET" | jq -r "$1"; }
post() { # NAMESPACE FILE: the status and the error
	as "$1" -w ' %{http_code}' -H 'Content-Type: application/octet-stream' \
		--data-binary @"$2" $BOX/v1/sponsor | jq -rR 'capture("(\"error\": *\"(?<e>[a-z_]*)\".*)? (?<s>[0-9]+)$") | "\(.s) \(.e // "")"' | sed 's/ $//'
}

station() { # NAMESPACE PORT NET
	ns_add "$1"
	ip link add n0 netns "$1" address $MAC type veth peer name "$2" netns $R
	in_ns $R ip addr add "$3.1/24" dev "$2"
	in_ns $R ip link set "$2" up
	in_ns "$1" ip addr add "$3.3/24" dev n0
	in_ns "$1" ip link set n0 up
	in_ns "$1" ip route add default via "$3.1"
}

# As fast as it can be sent, for so many seconds.
cat >"$W/blast.py" <<'PY'
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
end = time.monotonic() + float(sys.argv[1])
while time.monotonic() < end:
    for i in range(50):
        try:
            s.sendto(bytes(1200), ("10.66.2.2", 9))
        except OSError:
            pass
    time.sleep(0.001)
PY
blast() { in_ns "$1" python3 "$W/blast.py" "$2"; }

# What came out of the router of a station, and into it: bytes of both directions.
watch_both() {
	witness $S s0 5 10.66.4.3; witness $S s0 6 10.66.5.3
	witness $N n0 7 10.66.2.2; witness $X n0 8 10.66.2.2
}
seen_both() { # sets seen, lost_all
	local fd; seen=0 lost_all=0
	for fd in 5 6 7 8; do
		testify $fd
		seen=$((seen + bytes_in)) lost_all=$((lost_all + lost))
	done
}
# Its cost at the price that the kernel has, against a limit in wei.
cost_of() { echo $((seen * UNITS << SHIFT)); }
within() { # NAME LIMIT-WEI
	is "$1: the witnesses lost nothing" "$lost_all" 0
	note "$1: $seen bytes were seen, which cost $(cost_of) of $2"
	check "$1: no byte beyond the limit" test "$(cost_of)" -le "$2"
	check "$1: nearly all of it" test "$(cost_of)" -gt $(($2 / 10 * 9))
}

net_up
station $N p1 10.66.4
station $X p2 10.66.5
tsd_up 'p*' || { not_ok "tsd starts"; done_testing; exit 1; }
WALLET=$(jq -r .partner_address "$W/channel")
check "nobody pays for the station: it is cut" ends $N
check "who has paid nothing pays for nobody" \
	grep -q "was not paid from here" <(sponsor $MAC 0.004 2099-01-01 $BOX 2>&1)
pay 0.2 >/dev/null
UNITS=$(as $C $BOX/v1/session | jq .tariff.prices.internet.up.units_per_byte)
SHIFT=$(as $C $BOX/v1/session | jq .tariff.unit_shift)

watch_both
sponsor $MAC 0.004 2099-01-01 $BOX >"$W/said"
is "a wallet pays for a station" "$?" 0
check "and is told what a MAC is worth" grep -q "whoever copies that MAC" "$W/said"
check "which passes without a login" until_true 12 passes $N
# So may the one at the other port, which has the same MAC, once a frame of it was heard.
check "it has a session" quiet jq -e "any(.[]; .station.mac == \"$MAC\" and .state == \"paid\")" <(ctl -j session list)
VEILED="*:*:*:*:${MAC#??:??:??:??:}"
is "the wallet sees for whom it pays, and others not quite" "$(sponsored '.sponsored[0] | "\(.mac) \(.limit_wei) \(.symbol)"')" "$VEILED 4000000000000000 SMT"
blast $N 4
check "at the limit it is cut" until_true 5 is_dry $N
blast $N 1
seen_both
within "one station" 4000000000000000
check "the wallet sees that it is spent" test "$(sponsored '.sponsored[0].left_wei')" -lt 1500000000000
check "tspay lists it" grep -q "^${VEILED//\*/\\*} 0.00[34].* of 0.004 SMT spent, until 2099-01-01T00:00$" <(sponsor $BOX)
check "the operator sees whose it is" grep -qi "^$MAC: 0.00.* by wallet $WALLET" <(ctl session sponsor)

# --- with its MAC at two ports, and tsd killed in the middle
watch_both
check "a new word is in the place of that one" quiet sponsor $MAC 0.03 2099-01-01 $BOX
blast $N 7 & one=$!
blast $X 7 & two=$!
sleep 1
tsd_kill
tsd_start
check "a daemon that was killed" until_true 20 tsd_healthy
wait $one $two
blast $N 3 & one=$!
blast $X 3
wait $one
seen_both
within "a copied MAC and a killed daemon" 30000000000000000
check "both are cut" is_dry $N
check "the copy, too" is_dry $X

# --- what was signed before
start in_ns $C python3 "$TOP/tests/netns/sniff.py" $BOX "$W/heard" >"$W/sniff"
sniffer=$!
until_true 10 grep -q ready "$W/sniff"
sponsor $MAC 0.01 2099-01-01 http://127.0.0.1:2050 >/dev/null 2>&1
stop $sniffer
check "a word is heard on the air" test -s "$W/heard"
is "it may be delivered by anybody" "$(post $X "$W/heard")" 204
check "and the station passes" until_true 12 passes $N
check "the wallet ends it" quiet sponsor --end $MAC $BOX
check "the station is cut" until_true 5 ends $N
is "the word does not count again" "$(post $X "$W/heard")" "403 old_serial"
head -c 247 "$W/heard" >"$W/short"
is "nor does a part of it" "$(post $X "$W/short")" "400 bad_sponsor"
tsd_kill
tsd_start
until_true 20 tsd_healthy
is "nor after a restart" "$(post $X "$W/heard")" "403 old_serial"
check "the station stays out" ends $N
is "the wallet pays for nobody" "$(sponsored '.sponsored | length')" 0

# --- accounts made anew, each worth 10 kB, for a tunnel through the resolver
tunnelled=0 lives=0
# SECONDS: both directions, by what arrived
tunnel() { read -r got _ < <(nice python3 "$TOP/tests/netns/tunnel.py" $N 10.66.4.1 53 $R "$1"); tunnelled=$((tunnelled + got)); }
lives() { jq -e "any(.[].keys[]; .mac == \"$MAC\")" <(in_ns $R tsctl -j account list); }
gone() { ! lives; }
begun=$EPOCHREALTIME
for i in 1 2 3 4; do
	quiet sponsor $MAC 0.00001 2099-01-01 $BOX
	quiet passes $N
	quiet until_true 5 lives && lives=$((lives + 1))
	tunnel 1
	quiet sponsor --end $MAC $BOX
	quiet until_true 5 gone
	tunnel 0.5
done
ms=$(((${EPOCHREALTIME/./} - ${begun/./}) / 1000))
is "a station is given an account again and again" $lives 4
# As a stranger 16 KiB and 1 KiB a second, with an account 1 KiB, and what was paid.
bound=$((16384 + 2 * 1024 * ms / 1000 + 4 * 10000))
note "its tunnel through the resolver: $tunnelled bytes in $ms ms"
check "its tunnel has no more of it than what is paid" test "$tunnelled" -le $bound
check "and passes itself" until_true 12 passes $C
check "the ledger agrees" quiet ctl ledger check
done_testing
