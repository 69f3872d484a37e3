#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The payer's side: tspay opens a channel on the chain, pays a box, has back what it
# did not use, withdraws, leaves, closes, and is closed on, killed (-9) on the way.  What
# is on the chain is what the ledgers say, to the unit.  TS_PAYER=all: see below.
. "$(dirname "$0")/box.sh"
ONE=1000000000000000000

sum() { wallet sum "$1"; }
# The box credits that much of the wallet's, in the newest life.
credited() { # WEI
	ctl channel list | jq -e --arg d "$1" --argjson b "$(block)" \
		'any(.[]; .state == "open" and .open_block_number == $b and .partner_deposit_wei == $d)'
}
how() { echo tspay -k "$W/wallet" -p file:"$W/pass" -s "$W/purse" --chain "$W/chain.json"; }
payer() { in_ns $C $(how) "$@"; }
# In the background; $payer_pid is tspay itself, not a shell around it.
payer_start() { # WORDS...
	nsenter --net=/run/netns/$C -- $(how) -j channel "$@" >>"$W/said" 2>&1 &
	payer_pid=$!
	pids+=($payer_pid)
}
payer_kill() { kill -9 $payer_pid; wait $payer_pid 2>/dev/null; true; }
ended() { ! kill -0 $payer_pid 2>/dev/null; }
# Of the newest life of the channel, as its purse has it.
purse() { payer -j channel show | jq -r "max_by(.open_block_number) | $1"; }
block() { purse .open_block_number; }
state() { wallet channel 0 1 | cut -d' ' -f1; }

# A verb until it ends; meanwhile blocks are made, as on any chain.
verb() { # WORDS...
	payer_start "$@"
	mine_until 60 ended || payer_kill
	wait $payer_pid
}
# The same, killed as soon as it has told a step; then run again. STEP is WHAT/STATE
# of a transaction, WHAT/WORD of what is said, or WHAT alone for anything about it.
verb_killed() { # STEP WORDS...
	local step=$1 from; shift
	from=$(($(wc -l <"$W/said") + 1))
	payer_start "$@"
	if PAUSE=0.05 until_true 40 told "$from" "$step"; then
		payer_kill
		verb "$@"
	else
		payer_kill
		note "$step was not told"
		return 1
	fi
}
told() { # LINE WHAT[/STATE|/WORD]
	tail -n +"$1" "$W/said" | grep '^{' | jq -es --arg w "${2%%/*}" --arg s "${2#*/}" \
		'any(.[]; .step == $w and ($w == $s or .state == $s or (.text | contains($s))))'
}
do_verb() { # NAME STEP|"" WORDS...
	local name=$1 step=$2; shift 2
	if [ -n "$step" ]; then
		check "$name: $1, killed at $step" verb_killed "$step" "$@"
	else
		check "$name: $1" verb "$@"
	fi
}

# Without a channel there is nothing to wait for.
give_up() {
	sed 's/^/# /' "$W/tsd.log" "$W/said"
	done_testing
	exit 1
}

# The first half of a life: opened, credited, paid, refunded.
open_and_pay() { # NAME STEP-OF-OPENING
	do_verb "$1" "$2" open 5 $BOX
	is "$1: it is open" "$(state)" 1
	[ "$(state)" = 1 ] || give_up
	is "$1: five left the wallet" "$(sum "$before - $(wallet balance 0)")" $((5 * ONE))
	is "$1: the contract has them once" "$(wallet deposit 0 1)" $((5 * ONE))
	check "$1: the box credits them" until_true 20 credited $((5 * ONE))
	check "$1: a payment" pay 0.5
	check "$1: another" pay 0.25
	check "$1: a part comes back" payer refund 0.25 $BOX
	is "$1: the channel has the rest" "$(purse .balance_wei)" $(sum "45 * $ONE / 10")
}

# Leave with the box's help: nothing of ours stays behind.
leave() { # NAME STEP-OF-OPENING STEP-OF-WITHDRAWAL STEP-OF-LEAVING
	local name=$1 before box used

	before=$(wallet balance 0) box=$(wallet balance 1)
	open_and_pay "$name" "$2"
	spend 200
	do_verb "$name" "$3" withdraw 1 $BOX
	used=$(wallet deposit 1 0)
	check "$name: what was used is the box's" test "$used" -gt 0 -a "$used" -lt $((ONE / 2))
	is "$name: one is back" "$(sum "$before - $(wallet balance 0)")" $((4 * ONE))
	is "$name: the rest is in the channel" "$(wallet deposit 0 1)" "$(sum "4 * $ONE - $used")"
	is "$name: the purse says so" "$(purse .balance_wei)" "$(sum "4 * $ONE - $used")"
	check "$name: it is known to the box" until_true 20 credited "$(sum "4 * $ONE - $used")"
	check "$name: a payment in the new life" pay 0.125
	do_verb "$name" "$4" settle $BOX
	is "$name: all but what was used is back" "$(sum "$before - $(wallet balance 0)")" "$used"
	is "$name: nothing of ours is in the channel" "$(wallet deposit 0 1)" 0
	is "$name: what is in it is the box's" "$(wallet deposit 1 0)" "$used"
	is "$name: the box did not take more" "$(sum "$(wallet balance 1) - $box")" 0
	# Again from here: it is open, with nothing of ours.
	do_verb "$name" "" deposit 2 $BOX
	is "$name: two are in it" "$(wallet deposit 0 1)" $((2 * ONE))
	check "$name: they are credited" until_true 20 credited $((2 * ONE))
	check "$name: a payment out of them" pay 0.5
	check "$name: is refunded" payer refund $BOX
	do_verb "$name" "${5:-}" close
	is "$name: it is closed" "$(state)" 2
	check "$name: with the box's newest proof" proof_shown
	check "$name: and the box shows the wallet's" until_true 20 shown
	mine $(($(wallet channel 0 1 | cut -d' ' -f3) + CONFIRMATIONS))
	do_verb "$name" "${6:-}" settle
	is "$name: it is settled" "$(state)" 0
	is "$name: the wallet has all but what was used" "$(sum "$before - $(wallet balance 0)")" "$used"
	is "$name: that the box has" "$(sum "$(wallet balance 1) - $box")" "$used"
	check "$name: the box is at rest" mine_until 40 nothing_under_way
}
spend() { # KILOBYTES of UDP upstream
	in_ns $C python3 - "$1" <<-'PY'
	import socket, sys
	s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	for i in range(int(sys.argv[1])):
	    s.sendto(b"x" * 958, ("10.66.2.2", 9))
	PY
}
proof_shown() { [ "$(wallet channel 1 0 | cut -d' ' -f2)" -gt 0 ]; }

# The box closes, and shows nothing; the wallet shows what the box has refunded.
closed_on() { # NAME STEP-OF-UPDATE
	local name=$1 before box paid from

	from=$(($(wc -l <"$W/said") + 1))
	before=$(wallet balance 0) box=$(wallet balance 1)
	open_and_pay "$name" ""
	paid=$((ONE / 2))
	wallet close 1 0
	payer_start watch $BOX
	if [ -n "$2" ]; then
		check "$name: killed at $2" mine_until 30 told "$from" "$2"
		payer_kill
		payer_start watch $BOX
	fi
	check "$name: the refund is shown to the chain" mine_until 30 proof_shown
	check "$name: and the payments, by the box" until_true 30 shown
	mine $(($(wallet channel 0 1 | cut -d' ' -f3) + CONFIRMATIONS))
	check "$name: it is settled by whoever is first" mine_until 40 settled
	check "$name: who watches is done" mine_until 30 ended
	is "$name: the wallet paid that" "$(sum "$before - $(wallet balance 0)")" "$paid"
	is "$name: the box has it" "$(sum "$(wallet balance 1) - $box")" "$paid"
	check "$name: the box is at rest" mine_until 40 nothing_under_way
}

# M2: by a withdrawal that is signed while a deposit is on its way the box would have it.
deposit_first() {
	local name="deposit first" before from

	before=$(wallet balance 0)
	do_verb "$name" "" open 5 $BOX
	check "$name: the box credits five" until_true 20 credited $((5 * ONE))
	from=$(($(wc -l <"$W/said") + 1))
	payer_start deposit 2 $BOX
	check "$name: killed when it is sent" until_true 40 told "$from" deposit/sent
	payer_kill
	do_verb "$name" "" withdraw 1 $BOX
	is "$name: one came out of seven" "$(wallet deposit 0 1)" $((6 * ONE))
	is "$name: and nothing went to the box" "$(wallet deposit 1 0)" 0
	check "$name: it is known to the box" until_true 20 credited $((6 * ONE))
	from=$(($(wc -l <"$W/said") + 1))
	payer_start withdraw 1 $BOX
	check "$name: killed when it asked" until_true 40 told "$from" "withdraw/asked for"
	payer_kill
	check "$name: nothing is paid in then" not_deposited "is under way"
	do_verb "$name" "" withdraw 1 $BOX
	is "$name: five are left" "$(wallet deposit 0 1)" $((5 * ONE))
	check "$name: that, too" until_true 20 credited $((5 * ONE))
	do_verb "$name" "" settle $BOX
	is "$name: all of it is back" "$(wallet balance 0)" "$before"
	do_verb "$name" "" close
	mine $(($(wallet channel 0 1 | cut -d' ' -f3) + CONFIRMATIONS))
	do_verb "$name" "" settle
	check "$name: the box is at rest" mine_until 40 nothing_under_way
}
not_deposited() { # WHY
	local said
	# One that begins waits for blocks, and nobody makes any.
	said=$(in_ns $C timeout 20 $(how) channel deposit 1 $BOX 2>&1) && return 1
	[[ $said == *"$1"* ]]
}

marked() { ctl channel list | jq -e 'any(.[]; .state == "open" and .restored)'; }
# Without a node nobody is asked, and nobody's word is taken.
blind() {
	cp "$W/tsd.conf" "$W/seeing.conf"
	sed -i 's|rpc = "[^"]*"|rpc = "http://127.0.0.1:1"|g' "$W/tsd.conf"
	tsd_start
	serving
	check "$name: the channel is marked" until_true 20 marked
	check "$name: it is not to be trusted before the chain was asked" \
		not_trusted "not followed to its head"
	check "$name: nothing is refunded" not payer refund $BOX
	check "$name: the mark stands" marked
	tsd_kill
	mv "$W/seeing.conf" "$W/tsd.conf"
}
not() { ! "$@"; }
not_trusted() { # WHY
	local said
	said=$(ctl channel trust "$(about '.accounts[0].address')" 2>&1) && return 1
	[[ $said == *"$1"* ]]
}

# The box loses a payment and a refund with its ledger; the wallet shows it both, and it
# goes on from there.
restored() {
	local name=restored

	do_verb "$name" "" open 5 $BOX
	check "$name: the box credits five" until_true 20 credited $((5 * ONE))
	check "$name: a payment" pay 0.5
	check "$name: a backup" ctl ledger backup "$W/backup"
	check "$name: another payment" pay 0.25
	check "$name: a part comes back" payer refund 0.125 $BOX
	tsd_kill
	check "$name: the ledger is lost, and restored" ctl ledger restore "$W/backup"
	blind
	tsd_start
	serving
	check "$name: tsd follows the chain" until_true 20 following
	check "$name: the mark still stands" marked
	check "$name: more comes back" payer refund 0.25 $BOX
	is "$name: after what came before" "$(purse .balance_wei)" $(sum "4625 * $ONE / 1000")
	is "$name: both are in the ledger" \
		"$(ctl channel list | jq -r --argjson b "$(block)" '.[] | select(.open_block_number == $b) | .refunded_wei')" \
		$(sum "375 * $ONE / 1000")
	check "$name: the mark is gone" not marked
	is "$name: the ledger agrees" "$(ctl ledger check >/dev/null && echo yes)" yes
	check "$name: a payment after it" pay 0.5
}

# The node of the chain is a service of the box, for clients that have not paid, too.
chain_up --listen 10.66.1.1
wallet_up
RPC=$(about .rpc)
RULES="\"free tcp ${RPC##*:} ends-here\""
box_config
(umask 077; : >"$W/said")
cat >"$W/chain.json" <<CONF
{ "rpc": "$RPC", "tokens_network": "$(about .contracts.tokens_network)",
  "token": "$(about .contracts.erc20)", "confirmations": $CONFIRMATIONS, "poll_seconds": 1,
  "settle_timeout": $TIMEOUT }
CONF
tsd_start
serving
check "tsd follows the chain" until_true 20 following
if [ "${TS_PAYER:-}" = all ]; then
	leave "undisturbed" "" "" "" "" ""
	closed_on "closed on" ""
	for step in sent mined done; do
		leave "killed when $step" open/$step withdraw/$step withdraw/$step close/$step chain/settled
	done
else
	note "killed once at each verb; TS_PAYER=all: at each step of each, and undisturbed"
fi
# The box may settle before the wallet does.
leave "killed" open/sent withdraw withdraw/sent close/sent chain/settled
closed_on "closed on, killed" update/sent
deposit_first
restored
[ "$n_failed" = 0 ] || sed 's/^/# /' "$W/tsd.log" "$W/said"
done_testing
