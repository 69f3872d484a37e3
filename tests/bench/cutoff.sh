#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Bytes that a client got beyond its budget, both directions at once, at 100 Mbit/s and
# as fast as it goes: what arrived on the far side at its price, less what was granted.
# cutoff.sh; CUTOFF_ROUNDS (3)
. "$(dirname "$0")/../netns/net.sh"
rounds=${CUTOFF_ROUNDS:-3}
UP=3 DOWN=2

# load RATE: one flow each way, until it is ended
load() {
	flows=()
	start in_ns $C iperf3 -c 10.66.2.2 -p 5301 -u -b "$1" -l 1400 -t 60 >/dev/null 2>&1
	flows+=($!)
	start in_ns $C iperf3 -c 10.66.2.2 -p 5302 -R -u -b "$1" -l 1400 -t 60 >/dev/null 2>&1
	flows+=($!)
}
remaining() { field "$id" remaining_units; }
# Less than a full frame up is left.
is_dry() { [ "$(remaining)" -lt $((UP * 1514)) ]; }

# cut METER RATE BYTES: sets beyond, in bytes down, of a budget of so many of them
cut() {
	local granted=$(($3 * DOWN)) down f servers=()
	net_up
	in_ns $R tsctl tariff set 1 internet up $UP down $DOWN &&
		in_ns $R tsctl port add p0 meter "$1" || return 1
	id=$(in_ns $R tsctl -j account add mac 02:00:00:00:00:02 zone $ZONE tariff 1 | jq .id)
	in_ns $R tsctl grant "$id" to $granted >/dev/null
	for f in 5301 5302; do
		start in_ns $S iperf3 -s -p $f >/dev/null 2>&1
		servers+=($!)
	done
	sleep 0.3
	witness $C c0 4 10.66.2.2
	witness $S s0 5 10.66.1.2
	load "$2"
	until_true 40 is_dry || { echo "cutoff: $1 at $2 does not run dry" >&2; return 1; }
	# All goes on against a budget that is dry.
	sleep 0.5
	for f in "${flows[@]}" "${servers[@]}"; do stop "$f"; done
	sleep 0.3
	testify 4; down=$bytes_in seen_lost=$lost
	testify 5; seen_lost=$((seen_lost + lost))
	beyond=$(((down * DOWN + bytes_in * UP - granted) / DOWN))
	[ $beyond -gt 0 ] || beyond=0
	[ $seen_lost = 0 ] || { echo "cutoff: the witnesses lost frames" >&2; return 1; }
	net_down
}

for meter in tc xdp; do
	for rate in 100M 0; do
		bytes=$([ $rate = 0 ] && echo 40000000 || echo 20000000)
		samples=()
		for ((i = 0; i < rounds; i++)); do
			cut $meter $rate "$bytes" || exit 1
			samples+=($beyond)
		done
		name="at full speed"
		[ $rate = 0 ] || name="at 100 Mbit/s each way"
		printf 'row\t%s\tbytes\tmax<=0\t%s\n' "$meter: delivered beyond the budget, $name" "${samples[*]}"
	done
done
