#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# From a payment to traffic that passes: tsd with its ledger on the file system of the
# build or of BENCH_DIR, the client's datagram to the first of its frames that arrives at
# the far side.  pass.sh [ROUNDS]
export TMPDIR=${BENCH_DIR:-${O:-$(cd "$(dirname "$0")/../.." && pwd)/build}/bench}
mkdir -p "$TMPDIR"
. "$(dirname "$0")/../netns/net.sh"
. "$(dirname "$0")/../netns/tsd.sh"
rounds=${1:-40}

for METER in tc xdp; do
	net_up
	tsd_up p0 || { echo "pass: tsd does not start" >&2; exit 1; }
	box=$(jq -r .address "$W/channel")
	pay_pass channel "$box" | in_ns $R tsctl -c "$W/tsd.conf" channel import - >/dev/null || exit 1
	read -r code tariff < <(in_ns $C curl -s $BOX/v1/session | jq -r '"\(.session) \(.tariff.id)"')
	samples=$(pay_pass run "$box" "$code" "$tariff" $C $S "$rounds") || exit 1
	printf 'row\t%s\tms\t<=20\t%s\n' "$METER: payment sent -> first frame at the far side" "$samples"
	net_down
	tsd_kill
done
printf 'fact\tpassing traffic\tpaid with the ledger on %s, a frame each 0.2 ms while dry\n' \
	"$(command stat -f -c %T "$W")"
