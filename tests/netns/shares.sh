#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Shares in the income of a box: a station pays and uses, holders get their parts of what
# was charged, and no part of what was not; the daemon killed in between.
. "$(dirname "$0")/net.sh"
. "$(dirname "$0")/tsd.sh"

COLD=0x00000000000000000000000000000000000c01d0
ctl() { in_ns $R tsctl -c "$W/tsd.conf" "$@"; }
statement() { ctl -j revenue statement | jq -r "$1"; }
share() { statement ".shares[] | select(.name == \"$1\") | .$2"; }
# The parts of all that was split, of a thousand, in whole units.
part() { python3 -c "print($1 * $2 // 1000)"; }
split() { statement '[.shares[].allotted_wei | tonumber] | add' >/dev/null; ctl -j revenue statement |
	python3 -c 'import json, sys; print(sum(int(s["allotted_wei"]) for s in json.load(sys.stdin)["shares"]))'; }
income() { ctl -j revenue | jq -r '.totals[0].net_wei'; }
use() { in_ns $C python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(800):
    s.sendto(bytes(1200), ("10.66.2.2", 9))'; }

net_up
tsd_up p0 || exit 1
WALLET=$(jq -r .partner_address "$W/channel")
jq '.deposit_wei = "1000000000000000000"' "$W/channel" >"$W/channel.more"
check "the box has put something into the channel" ctl channel import "$W/channel.more"
cat >>"$W/tsd.conf" <<-EOF
shares = (
	{ name = "anna, who built it"; address = "$WALLET"; per_mille = 333; pays = "photon"; },
	{ name = "coop"; address = "$COLD"; per_mille = 250; pays = "cold"; } );
payout = { every_hours = 0; at_least = "0"; };
EOF
check "shares are checked" tsd --check-config -c "$W/tsd.conf"
check "and explained" grep -q "417 of 1000 kept by the box" <(tsd --check-config -c "$W/tsd.conf")
sed 's/per_mille = 250/per_mille = 668/' "$W/tsd.conf" >"$W/bad.conf"
check "more than all is refused, by name and line" \
	grep -q "per_mille: 668: only 667 of 1000 are left" <(tsd --check-config -c "$W/bad.conf" 2>&1)
kill -HUP $tsd_pid
check "they hold after a reload" until_true 5 test "$(share coop per_mille)" = 250

check "a station pays" pay 0.5
check "nothing is owed for that" grep -q "nothing is owed" <(ctl revenue pay)
use
ctl -j revenue pay "anna, who built it" >"$W/paid"
is "Anna is paid" "$(jq '.paid | length' "$W/paid")" 1
all=$(split)
is "all income was split" "$all" "$(income)"
check "it is what was used" test "$all" -gt 900000000000000
is "a third is hers, in whole units" "$(share "anna, who built it" allotted_wei)" "$(part "$all" 333)"
is "and paid" "$(share "anna, who built it" owed_wei)" 0
is "a quarter is the cold address's" "$(share coop owed_wei)" "$(part "$all" 250)"
check "that is owed as long as there is no chain, with exit status 1" \
	bash -c "! $(printf %q "$(command -v tsctl)") -c $W/tsd.conf revenue pay coop >$W/why"
check "and said why" grep -q "coop: owed .*: the configuration names no node of the chain" "$W/why"
check "who has no share is told" bash -c "$(printf %q "$(command -v tsctl)") -c $W/tsd.conf revenue pay nobody 2>&1 | grep -q 'nobody of this name'"
check "the wallet fetches it" in_ns $C tspay -k "$W/wallet" -p file:"$W/pass" -s "$W/purse" --once 0.01 $BOX
is "it is what she was paid" "$(in_ns $C curl -s "$BOX/v1/channel?address=$WALLET" | jq -r .our_transferred_wei)" \
	"$(share "anna, who built it" paid_wei)"

tsd_kill
tsd_start
check "a daemon that was killed" until_true 20 tsd_healthy
is "knows what was paid" "$(share "anna, who built it" owed_wei)" 0
check "and pays nothing twice" grep -q "nothing is owed" <(ctl revenue pay "anna, who built it")
use
check "more income" ctl revenue pay "anna, who built it"
is "is hers by a third, over all" "$(share "anna, who built it" paid_wei)" "$(part "$(split)" 333)"
is "each payout is a line" "$(statement '.payouts | length')" 2
check "the statement for people" grep -q "^anna, who built it *333 photon" <(ctl revenue statement)
ctl revenue statement --csv >"$W/csv"
is "as CSV it adds up" "$(python3 - "$W/csv" <<-'PY'
	import csv, sys
	rows = list(csv.DictReader(open(sys.argv[1], newline="")))
	anna = [r for r in rows if r["holder"] == "anna, who built it"]
	of = lambda what: sum(int(r["wei"]) for r in anna if r["what"] == what)
	print(of("allotted") == of("paid") and of("paid") > 0, len([r for r in anna if r["what"] == "paid"]))
	PY
)" "True 2"
check "the ledger agrees" ctl ledger check
done_testing
