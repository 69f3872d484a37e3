#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# From the packet that found the budget dry to the event in tsd, and from a
# payment's arrival to its grant in the kernel (signature, fsync and all): the
# times that tsd itself notes at log level debug, on CLOCK_BOOTTIME.
# latency.sh [SECONDS]
. "$(dirname "$0")/../netns/net.sh"
. "$(dirname "$0")/../netns/tsd.sh"
seconds=${1:-15}

net_up bridged
tsd_up 'p*' 'log = { level = "debug"; };' 'money = { slice_min_bytes = 65536; slice_seconds = 1; };' ||
	{ echo "latency: tsd does not start" >&2; exit 1; }
pay 0.01 >/dev/null || exit 1
# A download that outruns its payer: dry again and again, paid again and again.
start in_ns $C tspay -k "$W/wallet" -p file:"$W/pass" -s "$W/purse" --cap-hour 100 \
	--low 500k --step 1M $BOX >/dev/null
start in_ns $S iperf3 -s -p 5301 >/dev/null 2>&1
sleep 0.3
in_ns $C timeout $((seconds + 5)) iperf3 -c 10.66.2.2 -p 5301 -R -t "$seconds" >/dev/null 2>&1
sleep 0.5

# figures NAME GOAL FROM-FIELD TO-FIELD PATTERN: a row of milliseconds for report.py
figures() {
	grep -E "$5" "$W/tsd.log" | sed -n "s/.*$3=\([0-9]*\) $4=\([0-9]*\).*/\1 \2/p" |
	awk -v name="$1" -v goal="$2" '{ v = v (NR > 1 ? " " : "") sprintf("%.3f", ($2 - $1) / 1e6) }
		END { printf "row\t%s\tms\t%s\t%s\n", name, goal, v }'
}
printf 'fact\tledger on\t%s\n' "$(command stat -f -c %T "$W")"
figures "packet refused -> event handled by tsd" '<=10' raised_ns handled_ns ' exhausted '
figures "low water -> event handled by tsd" '<=10' raised_ns handled_ns ' low '
figures "payment arrives -> granted in the kernel" '<=20' arrived_ns granted_ns 'payment_done .*grants=[1-9]'
