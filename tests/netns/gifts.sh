#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the operator gives: a voucher, a day's allowance, a sponsored station; to whom, once,
# over restarts; and nothing of it is income.
. "$(dirname "$0")/net.sh"
. "$(dirname "$0")/tsd.sh"

ctl() { in_ns $R tsctl -c "$W/tsd.conf" "$@"; }
session() { in_ns $C curl -s -m 3 $BOX/v1/session | jq -r "$1"; }
post() { # PATH BODY: the answer with its status
	in_ns $C curl -s -m 3 -w ' %{http_code}' -H 'Content-Type: application/octet-stream' \
		--data-binary "$2" "$BOX/v1/session/$1"
}
redeem() { post voucher "$1"; }
passes() { in_ns $C ping -c 1 -W 1 10.66.2.2; }
use() { in_ns $C python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(400):
    s.sendto(bytes(1200), ("10.66.2.2", 9))'; }
ends() { ! passes && ! passes; }

net_up
tsd_up p0 'allowance = { bytes = 300000; stations = 1; };' || exit 1
check "who has paid nothing is cut" ends
code=$(ctl voucher make bytes 1M label "a guest")
check "a voucher has a code" grep -qE '^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$' <<<"$code"
check "it is in no list" bash -c "! grep -q $code <($(printf %q "$(command -v tsctl)") -c $W/tsd.conf -j voucher list)"
check "nor in the ledger" bash -c "! grep -aq '${code//-/}' $W/ledger.db*"
is "a wrong one is worth nothing" "$(redeem ABCD-EFGH-JKMN-PQRS | tail -c 3)" 403
is "a good one is taken" "$(redeem "$code" | jq -r 'objects | .state')" paid
check "and passes" until_true 3 passes
check "it is shown as given" test "$(session .given_wei)" -gt 900000000000000
wrong=$(redeem ABCD-EFGH-JKMN-PQRS)
is "used is answered as never made" "$(redeem "$code")" "$wrong"
check "wrong ones are limited" grep -q "too_many_tries.* 429" <(for i in 1 2 3 4 5 6; do redeem 0; done)
tsd_kill
tsd_start
check "a daemon that was killed" until_true 20 tsd_healthy
is "knows that it was used" "$(redeem "$code")" "$wrong"
is "and the operator who looks" "$(ctl -j voucher list | jq -r '.[0].state')" used
for i in 1 2 3 4 5 6 7; do use; done
check "it runs dry" until_true 5 ends

check "the allowance of the day" test "$(post allowance "" | jq -r 'objects | .given_wei')" -gt 290000000000000
check "passes" until_true 3 passes
is "once" "$(post allowance "" | jq -r 'objects | .error')" had_allowance
use; use
check "and runs dry" until_true 5 ends

check "the operator pays for a station" ctl session sponsor 02:00:00:00:00:02 limit 0.001 until 2099-01-01
check "which need not do anything" until_true 3 passes
is "it is listed" "$(ctl -j session sponsor | jq -r '.[0].mac')" 02:00:00:00:00:02
check "until the operator ends it" ctl session sponsor 02:00:00:00:00:02 end
check "then it is cut" until_true 5 ends
check "a station that was never here needs a zone" \
	grep -q "say in which zone" <(ctl session sponsor 02:00:00:00:00:77 limit 1 2>&1)

is "nothing of it is income" "$(ctl -j revenue | jq -r '.totals[0] | .access_wei + " " + .net_wei')" "0 0"
check "it is shown beside it" test "$(ctl -j revenue | jq -r '.totals[0].given_wei')" -gt 1200000000000000
ctl -j voucher make 0.5 count 2 >"$W/two"
check "a voucher is revoked" ctl voucher revoke "$(jq '.vouchers[0].id' "$W/two")"
sleep 12
is "and worth nothing" "$(redeem "$(jq -r '.vouchers[0].code' "$W/two")" | tail -c 3)" 403
is "the other one is" "$(redeem "$(jq -r '.vouchers[1].code' "$W/two")" | jq -r 'objects | .given_wei')" 500000000000000000

# --- what the operator says of stations, and of sessions
CODE=$(session .session)
check "sessions are listed for people" grep -q "^$CODE paid mac 02:00:00:00:00:02 vlan 0 zone p0$" <(ctl session list)
is "and for programs" "$(ctl -j session list | jq -r '.[0].session')" "$CODE"
check "one is shown" grep -q "attached .* SMT, of what is left given 0.5" <(ctl session show $CODE)
check "one that is not there is not" grep -q "there is no session 0000" <(ctl session show 0000000000000000 2>&1)
check "what is no code is said to be none" grep -q "16 characters" <(ctl session show O 2>&1)
cp "$W/tsd.conf" "$W/plain.conf"
says() { cp "$W/plain.conf" "$W/tsd.conf"; echo "stations = { $1 };" >>"$W/tsd.conf"; control '{"cmd":"reload"}' | jq -r .ok; }
left() { session .unspent_wei; }
before=$(left)
is "a station is blocked" "$(says 'blocked = [ "02:00:00:00:00:02" ];')" true
check "and cut" until_true 5 ends
check "its page says why" grep -q "operator has blocked" <(in_ns $C curl -s -m 3 $BOX/)
is "its value stays" "$(left)" "$before"
is "a station is trusted" "$(says 'trusted = [ "02:00:00:00:00:02" ];')" true
check "and passes" until_true 5 passes
use
is "without an end" "$(session '"\(.access) \(.state) \(.remaining_bytes)"')" "trusted paid null"
tsd_kill
tsd_start
check "a daemon that was killed" until_true 20 tsd_healthy
check "trusts it still" passes
is "its value stays" "$(left)" "$before"
is "nobody is trusted" "$(says '')" true
until_true 5 passes
use
check "and it is charged" test "$(left)" -lt "$before"
check "a session is closed" ctl session close $CODE
check "and its station cut" until_true 5 ends
check "what was given ended with it" grep -q "there is no session" <(ctl session show $CODE 2>&1)
check "the ledger agrees" ctl ledger check
done_testing
