#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tsd and a chain, from outside: a wallet opens a channel, pays, and closes without
# any proof; tsd shows the newest one, settles, and what is on the chain is what the
# ledger says.  Once undisturbed, then with tsd killed (-9) at each step in turn.
. "$(dirname "$0")/box.sh"

# The block with the update is undone, after tsd has seen it.
undo_update() { # NAME
	local id

	id=$(wallet snapshot)
	kill -CONT $tsd_pid
	check "$1: an update" until_true 60 mined update
	wallet revert "$id"
	mine 2
	check "$1: that is undone, and sent again" until_true 60 sent_again update
}

# A deposit that was never confirmed is not there any more.
undone_opening() {
	local id block

	id=$(wallet snapshot)
	block=$(wallet open 0 1 $TOKENS $TIMEOUT)
	sleep 2
	wallet revert "$id"
	mine $((2 * CONFIRMATIONS))
	sleep 3
	is "an opening that was undone is not known" "$(known open "$block")" false
	check "tsd follows what is there now" until_true 20 following
}

life() { # NAME [noted|sent|mined|undone]: where it is killed; undone: the update is
	local name=$1 step=${2:-} box wallet block paid left from

	box=$(wallet balance 1) wallet=$(wallet balance 0)
	block=$(wallet open 0 1 $TOKENS $TIMEOUT)
	sleep 2
	is "$name: an opening that is not confirmed is not known" "$(known open "$block")" false
	mine $CONFIRMATIONS
	check "$name: it is known when it is confirmed" until_true 20 known open "$block"
	check "$name: its deposit counts when a second node shows it, too" until_true 20 credited "$block"
	for _ in 1 2 3; do
		check "$name: a payment" pay 0.05
	done
	paid=$(paid "$block")
	is "$name: what was paid" "$paid" 150000000000000000
	from=$(($(wc -l <"$W/tsd.log") + 1))
	[ "$step" != undone ] || kill -STOP $tsd_pid
	wallet close 0 1
	if [ "$step" = undone ]; then
		undo_update "$name"
	elif [ -n "$step" ]; then
		check "$name: killed at the update" die_when "$step" update
	fi
	check "$name: the newest proof is shown at once" until_true 60 shown
	check "$name: the channel takes nothing any more" until_true 10 known closed "$block"
	left=$(wallet channel 0 1 | cut -d' ' -f3)
	# The wallet gets more, so it is first; it does nothing.
	mine $((left + TURN))
	if [ -n "$step" ] && [ "$step" != undone ]; then
		check "$name: killed at the settlement" die_when "$step" settle
	fi
	check "$name: it is settled" until_true 60 settled
	check "$name: all is confirmed" mine_until 60 nothing_under_way
	is "$name: the box has what the ledger says" "$(difference "$(wallet balance 1)" "$box")" "$paid"
	is "$name: the wallet has the rest" "$(difference "$wallet" "$(wallet balance 0)")" "$paid"
	is "$name: and the contract nothing" "$(wallet channel 0 1)" "0 0 0"
}

# The box opens a channel by itself, adds to it, and leaves it.
ours() { # NAME [noted|sent|mined]: at which step of opening and of closing it is killed
	local name=$1 step=${2:-} box before partner from

	box=$(wallet balance 1) partner=$(wallet address 2)
	from=$(($(wc -l <"$W/tsd.log") + 1))
	check "$name: open" ctl channel open "$partner" 5
	is "$name: asked again while it is under way" \
		"$(ctl channel open "$partner" 5 2>&1 | grep -c "under way")" 1
	if [ -n "$step" ]; then
		check "$name: killed at the opening" die_when "$step" open
	fi
	check "$name: it is open" mine_until 60 known_with "$partner" 5000000000000000000
	check "$name: all is confirmed" mine_until 60 nothing_under_way
	check "$name: deposit" ctl channel deposit "$partner" 2.5
	check "$name: it is more" mine_until 60 known_with "$partner" 7500000000000000000
	check "$name: all of that is confirmed" mine_until 60 nothing_under_way
	before=$(wallet balance 1)
	is "$name: no more than that was taken" "$(difference "$box" "$before")" 7500000000000000000
	from=$(($(wc -l <"$W/tsd.log") + 1))
	check "$name: close" ctl channel close "$partner"
	if [ -n "$step" ]; then
		check "$name: killed at the close" die_when "$step" close
	fi
	check "$name: it is closed" until_true 60 closed_with 2
	mine $(($(wallet channel 1 2 | cut -d' ' -f3) + CONFIRMATIONS))
	check "$name: it is settled" until_true 60 gone_with 2
	check "$name: the end is confirmed" mine_until 60 nothing_under_way
	is "$name: all is back" "$(wallet balance 1)" "$box"
}

box_up
undone_opening
life "undisturbed"
life "its update is undone" undone
life "killed when it is noted" noted
life "killed when it is sent" sent
life "killed when it is mined" mined
ours "our own channel"
ours "our own channel, killed when it is sent" sent
box_done
