#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Holders of shares with a cold address are paid on the chain: to the unit what they were
# allotted, once, with tsd killed (-9) at each step; and nothing that wallets have not spent.
. "$(dirname "$0")/box.sh"
PRICE=1000	# tokens per GB: a little traffic is worth something
ANNA=5 BEN=6

share() { ctl revenue statement | jq -r ".shares[] | select(.name == \"$1\") | .$2"; }
income() { ctl revenue | jq -r '.totals[0].net_wei'; }
use() { in_ns $C ping -f -q -c 300 -s 1400 10.66.2.2 >/dev/null; }
got() { difference "$(wallet balance $1)" "$2"; }
# Asked until somebody was paid: the income is known within a second.
pays() { ctl revenue pay "$1" | jq -e '.paid | length == 1'; }
on_its_way() { # sent|mined
	if [ "$1" = sent ]; then
		tail -n +$from "$W/tsd.log" | grep -q "transaction .*: is sent"
	else
		ctl chain status | jq -e 'any(.transactions[]; .state == "mined")'
	fi
}

# One payout to Anna. STEP: where tsd is killed meanwhile.
payout() { # NAME [noted|sent|mined]
	local name=$1 step=${2:-} before before_wei

	before=$(wallet balance $ANNA)
	before_wei=$(share anna paid_wei)
	from=$(($(wc -l <"$W/tsd.log") + 1))
	use
	check "$name: she is paid" until_true 10 pays anna
	case $step in
	noted) tsd_kill; tsd_start; until_true 20 tsd_healthy ;;
	sent|mined)
		check "$name: $step" until_true 30 on_its_way "$step"
		tsd_kill; tsd_start; until_true 20 tsd_healthy ;;
	esac
	check "$name: all is confirmed" mine_until 60 nothing_under_way
	is "$name: she has what the statement says, once" "$(got $ANNA "$before")" \
		"$(difference "$(share anna paid_wei)" "$before_wei")"
	check "$name: that is something" test "$(got $ANNA "$before")" -gt 0
	is "$name: nothing is owed to her" "$(share anna owed_wei)" 0
}

chain_up
wallet_up
box_config
cat >>"$W/tsd.conf" <<-CONF
	shares = (
		{ name = "anna"; address = "$(wallet address $ANNA)"; per_mille = 250; pays = "cold"; },
		{ name = "ben"; address = "$(wallet address $BEN)"; per_mille = 333; pays = "cold"; } );
	payout = { every_hours = 0; at_least = "0"; };
CONF
tsd_start
serving
check "tsd follows the chain" until_true 20 following
block=$(wallet open 0 1 $TOKENS $TIMEOUT)
mine $CONFIRMATIONS
check "a channel" until_true 20 credited "$block"
check "a payment" pay 20
payout undisturbed
payout "killed when it is noted" noted
payout "killed when it is sent" sent
payout "killed when it is mined" mined

all=$(income)
is "she was allotted a quarter of all income" "$(share anna allotted_wei)" "$(wallet sum "$all * 250 / 1000")"
ben=$(wallet balance $BEN)
check "Ben is paid all of his at once" until_true 10 pays ben
check "that is confirmed" mine_until 60 nothing_under_way
is "a third of all income, to the unit" "$(got $BEN "$ben")" "$(wallet sum "$(income) * 333 / 1000")"
check "the ledger agrees" until_true 1 ctl ledger check
box_done
