#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# bench-forward for what needs the module, inside the test VM, and what it takes to
# grant over netlink beside maps: module_forward.sh instructions
set -uo pipefail
# shellcheck source=tests/bench/guest.sh
. "$TS_TOP/tests/bench/guest.sh"
trap - EXIT

export EMPTY_HOOK FORWARD_TCP=no FORWARD_SIZES="64 1500" FORWARD_DOWN_SIZES=
export FORWARD_ROUNDS=3 FORWARD_MS=60

# router WAYS CLIENTS...: by frames a millisecond, which is a million instructions
router() {
	FORWARD_WAYS=$1 "$TS_TOP/tests/bench/forward.sh" "${@:2}" | awk -F '\t' -v OFS='\t' '
		$1 == "row" && $5 == "" { next }
		$1 == "row" && $3 == "kpps" {
			$2 = $2 ": a frame"
			$3 = "instr"
			n = split($5, kpps, " ")
			$5 = ""
			for (i = 1; i <= n; i++)
				$5 = $5 (i > 1 ? " " : "") int(1e6 / kpps[i])
		}
		$1 == "row" { $2 = "forward, " $2 }
		{ print }'
}

# scale DRIVER METER: what crowd says of 10,000 accounts there
scale() {
	net_up
	in_ns $R crowd "$1" p0 "$2" 10000 >/dev/null && in_ns $R crowd "$1" scale 3
	net_down
}

# scaled WHAT: samples
scaled() { awk -F '\t' -v what="$1" '$1 == "row" && index($2, what) { print $5 }'; }

guest_bench "$1"
# Of which bench-forward says what it is worth on hardware.
router "noop-tc tc" 10000 || exit 1
maps=$(scale bpf tc) || exit 1
guest_load
netlink=$(scale genl nf) || exit 1
row "a grant over netlink" instr \
	"$(each '1e9 / a' "$(scaled grants <<<"$netlink")" "")"
for what in "grants through the library," "dump of" adopt; do
	# In accounts a second, or in milliseconds of all.
	[ "$what" = "${what#grants}" ] && how='b / a' || how='a / b'
	row "$what 10000 accounts: speed, netlink / maps" ratio \
		"$(each "$how" "$(scaled "$what" <<<"$netlink")" "$(scaled "$what" <<<"$maps")")"
done
router "plain noop-nf nf nft-set" 10 1000 10000
