#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Two tokens on one box: one wallet has a channel in each, and one station spends
# both, each at its own price and in an epoch of its own.
. "$(dirname "$0")/net.sh"
. "$(dirname "$0")/tsd.sh"

# 6 decimals; twice as dear a byte as the first token's 1 per GB.
MESH=0x00000000000000000000000000000000000070c6
MORE_TOKENS="{ address = \"$MESH\"; symbol = \"MESH\"; decimals = 6; }"
MORE_TARIFFS='{ id = 2; token = "MESH"; local = { up = "0"; down = "0"; }; internet = { up = "2"; down = "2"; }; }'

ctl() { in_ns $R tsctl -c "$W/tsd.conf" "$@"; }
session() { in_ns $C curl -s -m 3 $BOX/v1/session | jq -r "$1"; }
spends() { [ "$(session .tariff.symbol)" = "$1" ]; }
row() { ctl -j "$1" ${2:+"$2"} | jq -r --arg s "$3" ".[] | select(.symbol == \$s) | $4"; }
channel() { in_ns $C curl -s -m 3 "$BOX/v1/channel?address=$WALLET$1" | jq -r "$2"; }
pay_mesh() { in_ns $C tspay -k "$W/wallet" -p file:"$W/pass" -s "$W/purse" \
	--token MESH --decimals 6 --once "$1" $BOX; }
total() { control '{"cmd":"account-of-bytes"}' | jq -r --arg s "$1" \
	".totals[] | select(.symbol == \$s) | $2"; }
# Until the station spends the other token, or it has sent 40 MB.
spend_until() {
	local i
	for i in $(seq 40); do
		spends "$1" && return 0
		in_ns $C python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(800):
    s.sendto(bytes(1200), ("10.66.2.2", 9))'
	done
	spends "$1"
}

net_up
tsd_up p0 || exit 1
WALLET=$(jq -r .partner_address "$W/channel")
jq --arg t $MESH '.token = $t | .partner_deposit_wei = "1000000000"' "$W/channel" >"$W/channel.mesh"
check "a second channel of the wallet, in another token" ctl channel import "$W/channel.mesh"
is "without a token the first is meant" "$(channel "" .symbol)" SMT
is "with one that one" "$(channel "&token=$MESH" .partner_deposit_wei)" 1000000000

check "a payment in the second token" pay_mesh 0.02
is "is spent at the tariff in it" "$(session '"\(.tariff.id) \(.tariff.symbol) \(.tariff.decimals)"')" "2 MESH 6"
is "it is 0.02 of 6 decimals" "$(channel "&token=$MESH" .paid_wei)" 20000
is "of the first token nothing was paid" "$(channel "" .paid_wei)" 0
is "10 MB are left" "$(session '.remaining_bytes / 100000 | round')" 100
check "a payment in the first token meanwhile" pay 0.5
is "waits for its turn" "$(session '"\(.tariff.symbol) \(.attached_wei)"')" "MESH 20000"
check "and has it when the second is spent" spend_until SMT
is "amounts of the session are in the first then" "$(session .attached_wei)" 500000000000000000
check "the second token was consumed to the last byte" test "$(channel "&token=$MESH" .unspent_wei)" -le 5

tsd_kill
tsd_start
check "a daemon that was killed" until_true 20 tsd_healthy
is "knows both sums: the first" "$(total SMT .paid_wei)" 500000000000000000
is "and the second" "$(total MESH .paid_wei)" 20000
is "channels are listed with their token" \
	"$(ctl -j channel list | jq -r '[.[] | "\(.symbol) \(.decimals)"] | sort | join(",")')" "MESH 6,SMT 18"
is "liquidity counts in each: the first" "$(row liquidity "" SMT .in_wei)" 999500000000000000000
is "and the second" "$(row liquidity "" MESH .in_wei)" 999980000
check "liquidity for people" grep -q "can pay us .*999.98, locked 0" <(ctl liquidity)
# An account of another token than it was begun with ends, so it is all consumed.
income() { ctl -j revenue | jq -r --arg s "$1" '.totals[] | select(.symbol == $s) | .access_wei'; }
is "what was charged of the second is its income" "$(income MESH)" "$(total MESH .consumed_wei)"
is "of days whose sum it is" \
	"$(ctl -j revenue | jq '[.days[] | select(.symbol == "MESH") | .net_wei | tonumber] | add')" \
	"$(income MESH)"
check "revenue for people" grep -q "^all .*0\.0[12]" <(ctl revenue)
check "a refund in the first token" ctl channel refund $WALLET token SMT
check "goes back" until_true 5 test "$(row channel list SMT .unspent_wei)" = 0
is "of the second nothing does" "$(row channel list MESH .refunded_wei)" 0
check "a symbol that is none is refused" bash -c "! $(printf %q "$(command -v tsctl)") -c $W/tsd.conf pay $WALLET 1 token NONE 2>/dev/null"

sed -i 's/tokens = (/token = (/' "$W/tsd.conf"
check "the key of old is refused with the name of the new one" \
	grep -q "chain.token: is chain.tokens now" <(tsd --check-config -c "$W/tsd.conf" 2>&1)
done_testing
