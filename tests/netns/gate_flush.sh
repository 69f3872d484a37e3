#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The gate under full load: nftables flushed, our tables deleted, an operator's ruleset loaded
# again and again, while both sides flood; tunnels of who has not paid; the operator's walled
# garden; and an idle payer, who is billed nothing.
# gate_flush.sh [METER]; FLUSH_SECONDS=3, of being idle; FLUSH_TUNNEL=20, seconds of a tunnel;
# FLUSH_NET=bridged, or empty: access ports that are routed.
METER=${1:-auto}
. "$(dirname "$0")/net.sh"
. "$(dirname "$0")/tsd.sh"
. "$(dirname "$0")/unpaid.sh"
seconds=${FLUSH_SECONDS:-3}
tunnel_seconds=${FLUSH_TUNNEL:-20}
HERE=$(cd "$(dirname "$0")" && pwd)

quiet() { "$@" >/dev/null 2>&1; }
gate_stands() { quiet in_ns $R nft list table inet tokenswitch && quiet in_ns $R nft list table bridge tokenswitch; }
redirected() { # by IPv4 and IPv6
	local to
	for to in 10.66.2.2 '[fd66:2::2]'; do
		[ "$(in_ns $N curl -s -m $PATIENCE -o /dev/null -w '%{http_code}' http://$to/)" = 302 ] || return
	done
}
charged() { in_ns $R tsctl -j account show mac 02:00:00:00:00:02 zone $ZONE | jq -r .charged_units; }
size() { command stat -c %s "$W/got" 2>/dev/null || echo 0; }

# --- what happens to the ruleset
flush() { in_ns $R nft flush ruleset; }
delete_ours() { in_ns $R nft 'delete table inet tokenswitch; delete table bridge tokenswitch'; }
empty_ours() { in_ns $R nft flush chain inet tokenswitch access_in; }
# As a Debian box does when its firewall is loaded anew.
cat >"$W/shop.nft" <<-'EOT'
flush ruleset
table inet shop {
	chain forward {
		type filter hook forward priority 0; policy accept;
		ct state established,related accept
		ct state vmap { invalid : drop }
	}
	chain input {
		type filter hook input priority 0; policy accept;
	}
}
EOT
reload() { in_ns $R nft -f "$W/shop.nft"; }
often() { local i; for i in 1 2 3 4 5 6; do "$@"; sleep 0.1; done; }

load_start() {
	unpaid_known
	exec 8< <(exec nsenter --net=/run/netns/$N -- python3 "$HERE/witness.py" n0 10.66.2.2)
	w_down=$!
	exec 9< <(exec nsenter --net=/run/netns/$S -- python3 "$HERE/witness.py" s0 10.66.1.3)
	w_up=$!
	pids+=($w_down $w_up)
	read -r -u 8 _; read -r -u 9 _
	start in_ns $S nice python3 "$HERE/flood.py" 10.66.1.3 60
	f_down=$!
	start in_ns $N nice python3 "$HERE/flood.py" 10.66.2.2 60
	f_up=$!
	sent_before=$(sent)
}
tx_bytes() { in_ns "$1" ip -s -j link show "$2" | jq '.[0].stats64.tx.bytes'; }
sent() { echo $(($(tx_bytes $S s0) + $(tx_bytes $N n0))); }
load_stop() { # sets seen: bytes that got through, or what went wrong
	local down up lost_down lost_up
	stop $f_down; stop $f_up
	sent_after=$(sent)
	kill $w_down $w_up
	read -r -u 8 down lost_down
	read -r -u 9 up lost_up
	exec 8<&- 9<&-
	seen="down $down up $up"
	[ "$lost_down $lost_up" = "0 0" ] || seen="the witnesses lost $lost_down and $lost_up frames"
}
# NAME, then what happens: to the ruleset, under full load
under_load() {
	local name=$1 got; shift
	got=$(size)
	load_start
	sleep 0.3
	often "$@"
	sleep 0.3
	check "$name: the gate is back, under the load" until_true 5 gate_stands
	load_stop
	is "$name: of $(((sent_after - sent_before) / 1000000)) MB nothing gets through" "$seen" "down 0 up 0"
	check "$name: the payer's download goes on" until_true 10 grown_by $got 200000
	check "$name: the way to the portal is there again" until_true 10 redirected
}
grown_by() { [ $(($(size) - $1)) -gt "$2" ]; }

MORE_RULES='"free 10.66.3.0/24", "free fd66:3::/64"'
MORE_HTTP='"[fd66:1::1]:2050"'
net_up ${FLUSH_NET-bridged}
unpaid_up
# The garden is another address of the server.
in_ns $S ip addr add 10.66.3.2/32 dev lo
in_ns $S ip addr add fd66:3::2/128 dev lo nodad
in_ns $R ip route add 10.66.3.0/24 via 10.66.2.2
in_ns $R ip -6 route add fd66:3::/64 via fd66:2::2
mkdir -p "$W/www"
head -c 30000 /dev/urandom >"$W/www/leaflet"
head -c 80000000 /dev/urandom >"$W/www/file"
start in_ns $S busybox httpd -f -p '[::]:8000' -h "$W/www"
tsd_up 'p*' || { not_ok "tsd starts"; done_testing; exit 1; }
check "the client pays" quiet pay 0.2

# --- the walled garden
fetch() { in_ns "$1" curl -s -m $((3 * PATIENCE)) -o "$W/leaflet" "http://$2:8000/leaflet" && cmp -s "$W/leaflet" "$W/www/leaflet"; }
not_fetched() { ! fetch "$@"; }
for to in 10.66.3.2 '[fd66:3::2]'; do
	check "the garden at $to is for who has not paid" fetch $N "$to"
	before=$(charged)
	check "... and for who has" fetch $C "$to"
	is "... who is billed nothing for it" "$(charged)" "$before"
done
for to in 10.66.2.2 '[fd66:2::2]'; do
	check "the same server at $to is not of the garden" not_fetched $N "$to"
done

# --- an idle payer, and who calls it without being asked
in_ns $R ip neigh replace 10.66.1.2 lladdr 02:00:00:00:00:02 dev $ZONE
in_ns $R ip neigh replace fd66:1::2 lladdr 02:00:00:00:00:02 dev $ZONE
before=$(charged)
sleep $seconds
is "an idle payer is billed nothing in $seconds s" "$(charged)" "$before"
for to in 10.66.1.2 fd66:1::2; do
	start in_ns $S nice python3 "$HERE/flood.py" $to 2
	wait $!
	is "nor for what it did not ask for, at $to" "$(charged)" "$before"
done
check "it is there all the same" quiet in_ns $C ping -q -c 1 -W 1 10.66.2.2

# --- tunnels of who has not paid
tunnel() { nice python3 "$HERE/tunnel.py" $N "$@"; } # ADDRESS PORT SERVER SECONDS
nothing() { is "$1: nothing" "$(tunnel "${@:2}" | cut -d' ' -f1)" 0; }
free_bytes() { in_ns $R tsctl -j port list | jq -r '.[] | select(.ifname == "p1") | .free_bytes'; }
before=$(free_bytes)
read -r got ms < <(tunnel 10.66.1.1 53 $R $tunnel_seconds)
counted=$(($(free_bytes) - before))
note "a tunnel through the box's resolver: $got bytes in $ms ms, $counted by the meter"
# TS_ONWARD_BURST_BYTES and TS_ONWARD_BYTES_PER_S, and a jiffy's worth.
bound=$((16384 + 1024 * (ms + 10) / 1000 + 1))
check "a tunnel through the resolver has 16 KiB and 1 KiB a second" test "$got" -le $bound -a "$got" -gt 0
check "... which is less than 2 kB a second, its beginning too" test "$got" -le $((2 * ms))
# Beside it the station's neighbour discovery is free.
check "... and so says the meter" test "$counted" -ge "$got" -a "$counted" -le $((bound + 1000))
check "who had it is shown the portal all the same" until_true 5 redirected
nothing "a resolver that is not the box's" 10.66.2.2 53 $S 1
nothing "a foreign Photon port" 10.66.2.2 40001 $S 1

# --- the ruleset, under full load
# At a steady pace, where curl's limit is one of the average.
cat >"$W/reader.py" <<'PY'
import sys, time, urllib.request
answer, got, begun = urllib.request.urlopen(sys.argv[1]), 0, time.monotonic()
with open(sys.argv[2], "wb", 0) as out:
    while data := answer.read(10000):
        got += out.write(data)
        time.sleep(max(0, got / 600000 - (time.monotonic() - begun)))
PY
start in_ns $C python3 "$W/reader.py" http://10.66.2.2:8000/file "$W/got"
download=$!
check "the payer downloads" until_true 10 grown_by 0 100000
check "who has not paid is shown the portal" until_true 5 redirected
under_load "nft flush ruleset" flush
under_load "our tables deleted" delete_ours
under_load "a chain of ours emptied" empty_ours
under_load "the operator's ruleset loaded again" reload
check "the operator's own table is untouched" quiet in_ns $R nft list chain inet shop forward
check "the connection that began before it all is the same" kill -0 $download
stop $download
tsd_kill
load_start
flush
sleep 1
load_stop
is "tsd dead, nft flush ruleset: of $(((sent_after - sent_before) / 1000000)) MB nothing gets through" "$seen" "down 0 up 0"
done_testing
