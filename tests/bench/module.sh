#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the module's meter of an access port costs a frame, and what else could hook
# there, inside the test VM: module.sh instructions|time
#
# pktgen makes the frames.  Going up they come in on the port and end in the stack,
# for their MAC is another machine's; coming down they come in on a device beside it,
# are sent out of the port, and end there, for it is a dummy device.
set -uo pipefail
# shellcheck source=tests/bench/guest.sh
. "$TS_TOP/tests/bench/guest.sh"
trap - EXIT

ROUNDS=3
MOST=10000
NOBODY=02:00:00:00:00:99
FIRST=02:01:00:00:00:00
WAYS="none empty chain counter set quota nf"

# table_of WAY: of nftables; the sets have as many elements as there are accounts
table_of() {
	local hook field

	echo "table netdev bench_$1 {"
	for hook in ingress egress; do
		[ $hook = ingress ] && field=saddr || field=daddr
		case $1 in
		set | quota)
			echo "set $hook { type ether_addr; size 65536; counter"
			[ "$1" = set ] || echo "quota over 1000000 mbytes"
			echo "elements = {"
			awk -v n=$MOST 'BEGIN { for (i = 0; i < n; i++)
				printf "02:01:00:%02x:%02x:%02x,\n", i / 65536, i / 256 % 256, i % 256 }'
			echo "}; }" ;;
		esac
		echo "chain $hook { type filter hook $hook device p-$1 priority 0; policy accept;"
		case $1 in
		counter) echo "counter" ;;
		set | quota) echo "ether $field @$hook accept" ;;
		esac
		echo "}"
	done
	echo "}"
}

# The port and what comes in beside it.  Not by a redirect of tc, which would go past
# the hooks of netfilter.
pair_up() { # WAY
	ip link add "p-$1" type dummy
	ip link add "g-$1" type dummy
	ip link set "p-$1" up
	ip link set "g-$1" up
	nft -f - <<-END
	table netdev beside_$1 {
		chain c {
			type filter hook ingress device g-$1 priority 0
			fwd to p-$1
		}
	}
	END
}

# The services are those that tsd lists for a portal with a payer and a resolver.
meter_up() {
	local service

	crowd genl p-nf nf $MOST >/dev/null || return
	for service in "udp 53" "tcp 53" "udp 67" "tcp 80" "tcp 443" "udp 5201" "udp 5353"; do
		# shellcheck disable=SC2086
		tsctl -d genl class add free $service >/dev/null || return
	done
	tsctl -d genl class add local 192.168.0.0/16 >/dev/null
}

ways_up() {
	local way

	for way in $WAYS; do
		pair_up "$way" || return
		case $way in
		empty) insmod "$EMPTY_HOOK" devices=p-empty ;;
		chain | counter | set | quota) table_of "$way" | nft -f - ;;
		nf) meter_up ;;
		esac || return
	done
}

pktgen() { # FILE COMMAND...
	local file=/proc/net/pktgen/$1 command
	shift

	for command; do echo "$command" >"$file"; done
}

one_run() { # DEVICE: nanoseconds of a frame
	pktgen pgctrl start
	sed -n 's/^Result: OK: \([0-9]*\)(.*/\1/p' "/proc/net/pktgen/$1" |
		awk -v n=$FRAMES '{ print $1 * 1000 / n }'
}

# frames DIR WAY CLIENTS: the same, each of the next client
frames() {
	local device=p-$2 many=src one=dst

	[ "$1" = up ] || device=g-$2 many=dst one=src
	pktgen kpktgend_0 "rem_device_all" "add_device $device"
	pktgen "$device" "count $FRAMES" "pkt_size 60" "xmit_mode netif_receive" "delay 0" \
		"${many}_mac $FIRST" "${many}_mac_count $3" "${one}_mac $NOBODY" \
		"${one}_mac_count 0" "src_min 10.80.0.1" "src_max 10.80.0.1" \
		"dst_min 10.66.2.2" "dst_max 10.66.2.2"
	least one_run "$device"
}

direction() { # DIR CLIENTS
	local way round what="$1, $2 client"

	[ "$2" = 1 ] || what+=s
	took=()
	for way in $WAYS; do frames "$1" "$way" "$2" >/dev/null; done
	for ((round = 0; round < ROUNDS; round++)); do
		for way in $WAYS; do took[$way]+=$(frames "$1" "$way" "$2"); done
	done
	# shellcheck disable=SC2086
	compare "$what" none ${WAYS#none }
	[ "$unit" = time ] || row "$what: nft counter and quota / nf meter" ratio \
		"$(each '(a - c) / (b - c)' "${took[quota]}" "${took[nf]}" "${took[empty]}")"
}

# A meter that let all pass unbilled would be a fast one.
billed() { # CLIENTS...
	local want=$((FRAMES * runs * 60 * 2 * $# * (ROUNDS + 1))) got

	got=$(tsctl -d genl -j port list | jq '.[0].passed_bytes | tonumber')
	[ "$got" = $want ] || { echo "module: $got bytes were billed, not $want" >&2; exit 1; }
}

guest_bench "$1"
guest_load
modprobe -a pktgen dummy
ways_up || { echo "module: the ways are not set up" >&2; exit 1; }
# Of what the emulator's caches do a time says nothing.
if [ "$unit" = instructions ]; then
	set -- 1 1000 $MOST
else
	set -- 1000
fi
for clients; do
	direction up "$clients"
	direction down "$clients"
done
billed "$@"
tsctl -d genl meter destroy >/dev/null
rmmod empty_hook
