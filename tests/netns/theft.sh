#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What is paid is the payer's: each way to take it that a thief on the same air has is tried,
# from a station of its own, with its own wallet (M6, M11, M15).
. "$(dirname "$0")/net.sh"
. "$(dirname "$0")/tsd.sh"
N=$T-n	# the thief: 10.66.4.3 behind port p1, which is another zone
net_down_all() { ip netns del $N 2>/dev/null; net_down; rm -rf "$W"; }
trap net_down_all EXIT

ctl() { in_ns $R tsctl -c "$W/tsd.conf" "$@"; }
as() { in_ns "$1" curl -s -m $((5 * PATIENCE)) "${@:2}"; }
session() { as "$1" $BOX/v1/session | jq -r "$2"; }
post() { # NAMESPACE PATH BODY-FILE [CURL OPTION...]: the status and the error
	as "$1" -o "$W/answer" -w '%{http_code}' -H 'Content-Type: application/octet-stream' \
		--data-binary @"$3" "${@:4}" "$BOX$2"
	jq -r '" " + (.error? // "")' "$W/answer" 2>/dev/null | tr -d '\n'
}
of() { ctl -j session show "$1" | jq -r "$2"; }
passes() { in_ns "$1" ping -q -c 1 -W 1 10.66.2.2; }
stays_out() { ! passes $N >/dev/null 2>&1 && ! passes $N >/dev/null 2>&1; }
paid_in_all() { control '{"cmd":"account-of-bytes"}' | jq -r '.totals[0].paid_wei'; }
# What the payer has: at the box, and back in its wallet.
payers() {
	as $C "$BOX/v1/channel?address=$WALLET" |
		jq -r '"\(.paid_wei) \(.refunded_wei) \(.unspent_wei)"'
}
quiet() { "$@" >/dev/null 2>&1; }
agrees() { ctl ledger check >/dev/null; }


net_up
ip netns add $N
in_ns $N ip link set lo up
ip link add n0 netns $N address 02:00:00:00:00:03 type veth peer name p1 netns $R
in_ns $R ip addr add 10.66.4.1/24 dev p1
in_ns $R ip link set p1 up
in_ns $N ip addr add 10.66.4.3/24 dev n0
in_ns $N ip link set n0 up
in_ns $N ip route add default via 10.66.4.1
tsd_up 'p*' || { not_ok "tsd starts"; done_testing; exit 1; }
WALLET=$(jq -r .partner_address "$W/channel")
THIEF=$(cheapkey "$W/thief" "$W/pass")
jq --arg a "$THIEF" '.partner_address = $a' "$W/channel" >"$W/thief.channel"
ctl channel import "$W/thief.channel" >/dev/null
thief() { in_ns "${FROM:-$N}" tspay -k "$W/thief" -p file:"$W/pass" -s "$W/thief.purse" "$@" $BOX; }
CODE=$(session $C .session)
OWN=$(session $N .session)

# --- a payment that is heard, and delivered first by somebody else
start in_ns $C python3 "$TOP/tests/netns/sniff.py" $BOX "$W/heard" >"$W/sniff"
sniffer=$!
until_true 10 grep -q ready "$W/sniff"
in_ns $C tspay -k "$W/wallet" -p file:"$W/pass" -s "$W/purse" --session "$CODE" --once 0.5 \
	http://127.0.0.1:2050 >/dev/null 2>&1
stop $sniffer
check "a payment is heard on the air" test -s "$W/heard"
is "the payer has nothing yet" "$(session $C .state)" never-paid
is "the thief delivers it first" "$(post $N /v1/pay "$W/heard" | cut -c1-3)" 200
is "it is the payer's session that has it" "$(session $C '.state + " " + .attached_wei')" "paid 500000000000000000"
is "the thief's has nothing" "$(session $N '.state + " " + .attached_wei')" "never-paid 0"
check "and nothing of the thief's is carried" stays_out
is "delivered again it counts once" "$(post $N /v1/pay "$W/heard" | cut -c1-3) $(paid_in_all)" "200 500000000000000000"
check "the payer, who heard no Ack, sends it again and goes on" quiet pay 0.5
is "each payment counted once" "$(paid_in_all)" 1000000000000000000
check "the payer's traffic passes" until_true 5 passes $C

# --- the code of another
is "who shows the payer's code is not its station" \
	"$(as $N "$BOX/v1/session?code=$CODE" | jq -r .station.mac)" 02:00:00:00:00:02
check "nor carried" stays_out
is "the thief's code shown to the payer moves neither" \
	"$(as $C "$BOX/v1/session?code=$OWN" | jq -r .station.mac) $(session $C .session)" "02:00:00:00:00:03 $CODE"
check "another wallet attaches nothing" bash -c "! nsenter --net=/run/netns/$N -- $(command -v tspay) \
	-k $W/thief -p file:$W/pass -s $W/thief.purse --attach $CODE $BOX >/dev/null 2>&1"
thief --session "$CODE" --once 0.001 >/dev/null
thief --attach "$CODE" >/dev/null 2>&1
is "who paid a little into it takes that little and no more" \
	"$(session $N .attached_wei) $(payers | cut -d' ' -f 1)" "1000000000000000 1000000000000000000"
thief refund >/dev/null 2>&1
is "and is given back that little and no more" "$(payers | cut -d' ' -f 1,2)" "1000000000000000000 0"

# A code without a station, known to the thief, is shown to a victim who has not paid.
in_ns $N ip link set n0 address 02:00:00:00:00:04
in_ns $R ip neigh flush dev p1
LATER=$(session $N .session)
in_ns $N ip link set n0 address 02:00:00:00:00:03
in_ns $R ip neigh flush dev p1
is "the operator says where a session is" \
	"$(ctl -j session attach "$LATER" 02:00:00:00:00:03 zone p1 | jq -r '.station.mac')" 02:00:00:00:00:03
BAIT=$OWN
is "and the one that was there has no station" "$(of $BAIT .station)" null
FROM=$S thief --session $BAIT --once 0.001 >/dev/null	# from where no station is
in_ns $C ip link set c0 address 02:00:00:00:00:05
in_ns $R ip neigh flush dev p0
as $C "$BOX/v1/session?code=$BAIT" >/dev/null
is "a bait is the victim's from then on" "$(session $C .session)" $BAIT
check "not even the operator puts a session over one that is worth something" \
	grep -q "which is worth something" <(ctl session attach "$LATER" 02:00:00:00:00:05 2>&1)
check "the victim pays into it" quiet pay 0.25
as $N "$BOX/v1/session?code=$BAIT" >/dev/null
is "the thief cannot have it back" "$(of $BAIT .station.mac)" 02:00:00:00:00:05
thief --attach $BAIT >/dev/null 2>&1
check "but for its own little" test "$(session $N .attached_wei)" -le 2000000000000000
check "what the victim paid is there" test "$(of $BAIT .unspent_wei)" -ge 249000000000000000
in_ns $C ip link set c0 address 02:00:00:00:00:02
in_ns $R ip neigh flush dev p0
thief refund >/dev/null 2>&1

# --- a cloned MAC
before=$(payers)
in_ns $N ip link set n0 address 02:00:00:00:00:02
check "the payer's MAC at another port is another station" stays_out
is "without a session of the payer's" "$(session $N .state)" never-paid
check "and the payer goes on" quiet passes $C
in_ns $N ip link set n0 address 02:00:00:00:00:03
in_ns $R ip neigh flush dev p1
# At the same port it is the same radio identity: it is carried, and is charged to the byte,
# until the payer says otherwise.
in_ns $C ip addr add 10.66.1.66/24 dev c0
check "the payer's MAC at the same port is the payer's station" \
	quiet in_ns $C ping -q -c 1 -W 1 -I 10.66.1.66 10.66.2.2
in_ns $C ip addr del 10.66.1.66/24 dev c0
is "it took no value but what it sent" "$(payers | cut -d' ' -f 1,2)" "$(cut -d' ' -f 1,2 <<<"$before")"
in_ns $C ip link set c0 address 02:00:00:00:00:0a
in_ns $R ip neigh flush dev p0
check "the payer attaches its value to another station" \
	quiet in_ns $C tspay -k "$W/wallet" -p file:"$W/pass" -s "$W/purse" --attach "$CODE" $BOX
check "which is carried" until_true 5 passes $C
NOW=$(session $C .session)
in_ns $C ip link set c0 address 02:00:00:00:00:02
in_ns $R ip neigh flush dev p0
check "and the cloned MAC is not any more" bash -c "! nsenter --net=/run/netns/$C -- ping -q -c 2 -i 0.3 -W 1 10.66.2.2 >/dev/null"
in_ns $C ip link set c0 address 02:00:00:00:00:0a
in_ns $R ip neigh flush dev p0

# --- a page of another origin, in the payer's own browser
printf %s "$NOW" >"$W/code"
foreign() { # CURL OPTION...: each POST that there is
	local path
	for path in pay session/attach session/logout session/roam session/voucher session/allowance channel/refund; do
		post $C /v1/$path "$W/code" "$@"; echo
	done | sort | uniq -c | sed 's/^ *//'
}
is "a page of another origin posts nothing" "$(foreign -H 'Origin: http://evil.example')" "7 403 foreign_origin"
is "nor one without an origin" "$(foreign -H 'Origin: null')" "7 403 foreign_origin"
is "nor by a name that was made to lead here" "$(foreign -H 'Host: evil.example')" "7 421 misdirected"
is "nor as browsers say it themselves" "$(foreign -H 'Sec-Fetch-Site: cross-site')" "7 403 foreign_origin"
is "a form has another type" \
	"$(as $C -o /dev/null -w '%{http_code}' -d "$NOW" $BOX/v1/session/logout)" 415
is "the session is still there" "$(of "$NOW" .state)" paid

# --- tokens guessed, replayed, and used after the end
guesses() { # STATUS: how many of two hundred guesses are answered so
	in_ns $N python3 - "$1" <<-'PY'
	import http.client, random, sys
	c, n = http.client.HTTPConnection("10.66.1.1", 2050), 0
	for i in range(200):
	    code = "".join(random.choice("0123456789ABCDEFGHJKMNPQRSTVWXYZ") for _ in range(16))
	    if i % 2:
	        c.request("GET", "/v1/session?code=" + code)
	    else:
	        c.request("POST", "/v1/session/logout", code, {"Content-Type": "application/octet-stream"})
	    answer = c.getresponse()
	    answer.read()
	    n += answer.status == int(sys.argv[1])
	print(n)
	PY
}
is "codes that are guessed are nobody's" "$(guesses 404)" 200
as $N $BOX/v1/session/attach | jq -r .nonce >"$W/nonce"
check "a nonce is given to one station" test "$(cat "$W/nonce")" != "$(as $C $BOX/v1/session/attach | jq -r .nonce)"
head -c 300 /dev/urandom >"$W/noise"
is "what is no signed attach is none" "$(post $N /v1/session/attach "$W/noise")" "400 bad_attach"
left=$(of "$NOW" .unspent_wei)
is "whoever has the code can end the session" "$(post $N /v1/session/logout "$W/code" | cut -c1-3)" 204
returned() { [ "$(payers | cut -d' ' -f 2)" -ge "$left" ]; }
check "but what was paid for it goes back to the payer" until_true 5 returned
is "once" "$(post $N /v1/session/logout "$W/code")" "404 unknown_session"
is "its code shows nothing any more" "$(as $N -o /dev/null -w '%{http_code}' "$BOX/v1/session?code=$NOW")" 404
check "attaches nothing" bash -c "! nsenter --net=/run/netns/$N -- $(command -v tspay) \
	-k $W/thief -p file:$W/pass -s $W/thief.purse --attach $NOW $BOX >/dev/null 2>&1"
check "and carries nobody" stays_out
is "the operator closes the other one" "$(ctl session close $BAIT; echo $?)" 0
nothing_left() { [ "$(payers | cut -d' ' -f 3)" = 0 ]; }
check "all of the payer's that was not used is the payer's again" until_true 5 nothing_left
note "paid, refunded, unspent of the payer: $(payers)"
check "the ledger agrees" agrees
done_testing
