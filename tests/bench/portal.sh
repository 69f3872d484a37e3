#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# STATIONS (500) at one box, each with its own MAC and its event stream; PAYMENTS (50) a
# second between them all, and GETS (100) for a session; for SECONDS_OF_IT (20).  What a request
# and an event take, and what memory tsd has then.  TLS=1: all of it by https.
. "$(dirname "$0")/../netns/net.sh"
. "$(dirname "$0")/../netns/tsd.sh"
n=${STATIONS:-500}

net_up
in_ns $R ip addr add 10.68.255.1/16 dev p0
# One cable and many stations: each answers for its own address alone.
in_ns $C sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.default.arp_ignore=1 \
	net.ipv4.conf.all.arp_announce=2
for ((i = 0; i < n; i++)); do
	echo "link add mv$i link c0 address $(printf '02:68:00:00:%02x:%02x' $((i >> 8)) $((i & 255))) type macvlan mode private"
	echo "addr add 10.68.$((i / 250)).$((i % 250 + 2))/16 dev mv$i"
	echo "link set mv$i up"
done | in_ns $C ip -batch -
if [ -n "${TLS:-}" ]; then
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
		-subj "/CN=portal" -addext "subjectAltName = DNS:portal.test" \
		-keyout "$W/portal.key" -out "$W/portal.crt" 2>/dev/null
	MORE_LISTEN="names = [ \"portal.test\" ]; https = [ \"10.68.255.1:2443\" ]; certificate = \"$W/portal.crt\"; certificate_key = \"$W/portal.key\";"
fi
MORE_HTTP='"10.68.255.1:2050"' tsd_up p0 "limits = { http_connections = $((n + 500)); events = $((n + 50)); photon_per_source = 1000; };" || exit 1
box=$(in_ns $R curl -s $BOX/v1/info | jq -r .address)
portal_bench channels "$box" "$n" | while read -r channel; do
	in_ns $R tsctl -c "$W/tsd.conf" channel import - <<<"$channel" >/dev/null || exit 1
done || { echo "portal: the channels are not imported" >&2; exit 1; }
# What it has written, and with that what it alone maps now: programs, the kernel's table.
private() {
	awk '/^Private_Dirty/ { d += $2 } /^Private_Clean/ { c += $2 }
	     END { printf "%.1f MB written, %.1f MB with pages that only it maps", d / 1024, (d + c) / 1024 }' \
		/proc/$tsd_pid/smaps
}
echo "kernel $(uname -r), $(nproc) CPUs, ledger on $(command stat -f -c %T "$W"), $n stations"
echo "private memory of tsd before: $(private)"
in_ns $C portal_bench run "$box" "$n" "${SECONDS_OF_IT:-20}" "${PAYMENTS:-50}" "${GETS:-100}" ${TLS:+tls} || exit 1
echo "private memory of tsd after: $(private)"
