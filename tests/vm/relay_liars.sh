# SPDX-License-Identifier: GPL-2.0
# Phases of tests/vm/relay.sh, which sources this: neighbours that lie, with a tsd that
# says other than its kernel has counted (tests/vm/liar.c).  Each has a mesh of its own,
# for what was said stays in the books.
#
# The truth is what B's kernel has charged A, times what that was worth while all were
# honest; the gain is what was paid beyond it, or of it was not.

# anew: the same boxes, without a past; what they agree on makes a unit's worth known
anew() {
	renew
	check "the client pays A" pay 1
	check "much goes up and comes down" iperf -n $WINDOW --bidir
	books "before any lie"
	unit_wei=$(jq -n "($(owed_by_a)) / $(charged)")
	before_units=$(charged)
}

owed_by_a() { of $A b '"\(.paid_wei) + \(.we_owe_wei)"'; }
charged() { account_at $B a | jq '(.charged_units | tonumber) - (.revoked_units | tonumber)'; }

# gained JQ: with $truth, $since: of the units charged since the lies began, and $window,
# all in wei: how much the liar has beyond what it may, or 0
gained() {
	jq -n --argjson unit "$unit_wei" --argjson all "$(charged)" --argjson begun "$before_units" \
		--argjson paid "$(of $A b .paid_wei)" --argjson window $((WINDOW * 4 * 1000000000)) \
		"(\$all * \$unit) as \$truth | ((\$all - \$begun) * \$unit) as \$since |
		 ($1) - \$since / 50 - \$window | [., 0] | max | floor"
}

# lie LETTER VARIABLE THOUSANDTHS: from now on
lie() {
	tsd_kill "$1"
	tsd=tsd_liar tsd_start "$1" "$2=$3"
	must "the liar serves" 10 healthy "$1" "$(number "$1")"
}

# busy: ten intervals in each direction; what is cut is not waited for
busy() {
	in_ns $K timeout 60 iperf3 --logfile /dev/null -c 10.66.2.2 -u -b 800k -t 40 "$@"
}

distrusts() { [ "$(of "$1" "$2" .trust_64ths)" -lt 64 ]; }

# play NAME BOX OF-WHOM EVENT JQ: the liar's traffic, what the other says, what was gained
play() {
	local up down most=0 gain began=$SECONDS

	busy & up=$!
	check "$1: the other notices" until_true 2 distrusts "$2" "$3"
	note "$1: noticed within $((SECONDS - began + 1)) s of the first frames; an interval is 4 s"
	wait $up
	busy -R & down=$!
	while kill -0 $down 2>/dev/null; do
		gain=$(gained "$5")
		[ "$gain" -le "$most" ] || most=$gain
		sleep 1
	done
	check "... and says what it is" grep -q ": $4: " "$W/$(letter "$2")/log"
	is "... it never has more than 2 % and a window" "$most" 0
	note "$1: charged $(charged) units of $unit_wei wei, $((before_units)) of them before; $(of $A b '"paid \(.paid_wei), owed \(.we_owe_wei), A trusts B \(.trust_64ths)"'), $(of $B a '"B trusts A \(.trust_64ths)"')"
	[ "$n_failed" = 0 ] || explain
}

claims() {
	anew
	lie b TS_LIE_SOLD 1100
	play "a tenth more is claimed" $A b overclaims '$paid - $truth'
}

hides() {
	anew
	lie a TS_LIE_BOUGHT 900
	play "a tenth is hidden" $B a hides '$truth - $paid'
}

# B sends A what nobody wants, as if it came of the gateway, and bills it.
PAD="400f3240020000000a01020000000a09020000000c090800450003d400000000401100000a4202020a42014d"
pad() {
	while sleep 1; do
		in_ns $B meshframe ba 20 "$(mac a 1)" "$(mac b 2)" 0 1000 $PAD >/dev/null
	done
}
pads() {
	local padded

	anew
	lie b TS_LIE_SOLD 1200
	padded=$(counted $A "$B_MACS" "bought_exit_down bought_relay_down")
	start pad
	play "a fifth is padded" $A b pads '$paid - $truth'
	stop "${pids[-1]}"
	check "... A's kernel has counted it" \
		test "$(counted $A "$B_MACS" "bought_exit_down bought_relay_down")" -gt $((padded + 1000000))
}
