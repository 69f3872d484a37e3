#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tsctl as the README and its man page tell a person to use it: the lines of
# "By hand", what is said of a wrong word, JSON of every object, 80 columns.
. "$(dirname "$0")/net.sh"

ts() { in_ns $R tsctl "$@"; }
quiet() { ts "$@" >/dev/null; }
# says NAME TEXT ARGUMENTS...: it is refused, in one line that has TEXT in it
says() {
	local name=$1 text=$2 out; shift 2
	if out=$(ts "$@" 2>&1 >/dev/null); then
		not_ok "$name"; note "not refused"
	elif [ "$(wc -l <<<"$out")" = 1 ] && [[ $out == *"$text"* ]]; then
		ok "$name"
	else
		not_ok "$name"; note "got '$out', want '$text'"
	fi
}

net_up
says "without a meter it says so" "there is no meter in this network namespace" status

# --- By hand ---------------------------------------------------------------------
check "a tariff" ts tariff set 1 internet up 10 down 10
check "a port" ts port add p0
check "an account" quiet account add mac 02:00:00:00:00:02 zone p0 tariff 1
check "a grant of bytes" quiet grant 1 bytes 50M
is "it is counted at the tariff's price" "$(ts -j account show 1 | jq -r .granted_units)" 500000000
in_ns $C ping -c 3 -i 0.2 -q 10.66.2.2 >/dev/null
is "and traffic is charged" "$(ts -j account show 1 | jq -r '.charged_units | tonumber > 0')" true
is "a zone is shown by its name" "$(ts account show 1 | sed -n 's/.*key .* zone //p')" p0
is "a port too" "$(ts port list | sed -n 's/^p0: .* zone \([^ ]*\).*/\1/p')" p0
check "a device that is not there is said to come" grep -q 'no device nodev yet' <<<"$(ts port add nodev)"

# --- JSON of every object ------------------------------------------------------------
for words in status port account tariff class dump top "grant 1 to 5" "account show 1"; do
	is "tsctl -j $words is one JSON value" "$(ts -j $words | jq -s length)" 1
done
is "64-bit counters are strings, in ports too" \
	"$(ts -j port list | jq -r '.[0] | [.free_bytes, .group_bytes, .passed_bytes, .drops[]] | map(type) | unique[]')" string

# --- prefixes ----------------------------------------------------------------------------
is "objects and verbs may be shortened" "$(ts -j acc sh 1 | jq .id)" 1
says "an ambiguous object is refused" "object 'm' is more than one: meter mesh monitor mirror" m d
says "an ambiguous verb is refused" "account verb 's' is more than one: show set" account s 1
check "what was meant as tariff makes nobody trusted" \
	[ "$(ts account set 1 t >/dev/null 2>&1; ts -j account show 1 | jq -r .state)" = paid ]

# --- wrong words and values -------------------------------------------------------------------
says "an unknown object" "there are: status meter port" bogus
says "an unknown verb" "no port verb 'bogus'; there are: list add del" port bogus
says "no account named" "which one? its id, or 'mac MAC" account show
says "an unknown account" "there is no account 77" grant 77 to 5
says "a stale epoch" "lives in epoch" grant 1 epoch 9 to 5
says "a missing value" "'add' needs a value after it; see 'tsctl grant help'" grant 1 add
says "a wrong unit" "is not a number of bytes, such as" grant 1 bytes 50X
says "a price that is too high" "is not a number from 0 to 8191" tariff set 1 internet up 8192
says "an unknown tariff" "there is no tariff 9: set it first" account set 1 tariff 9
says "a tariff in use" "is used by account 1" tariff del 1
says "a configuration that is not there" "/nowhere: No such file" -c /nowhere status
says "a channel file that is not there" "/nowhere: No such file" channel import /nowhere
says "what tsd alone knows, without it" "tsd, which keeps sessions, does not run, or with another configuration than" session list
says "an option that does not exist" "invalid option" -x
says "an amount that is missing" "'PARTNER' needs a value after it" pay 0x08b7d79ec4ebd53e5b89c7c062cc64bb09d063e3
says "a limit that is missing" "say how much, 'limit AMOUNT', or 'end'" session sponsor 02:00:00:00:00:02
says "a driver that is not there" "use bpf or genl" -d foo status

is "who is not root is told so" "$(in_ns $R setpriv --reuid 65534 --clear-groups "$(command -v tsctl)" status 2>&1 |
	grep -c 'Permission denied; run it as root$')" 1

# --- people's terminals -----------------------------------------------------------------------
wide=$(for words in "top count 1" status port account tariff; do ts $words; done |
	awk 'length > 80 { print } END { print (NR > 15) }')
is "no line is wider than 80 columns" "$wide" 1
is "top once erases nothing" "$(script -qec "nsenter --net=/run/netns/$R -- tsctl top count 1" /dev/null </dev/null |
	grep -c $'\x1b')" 0

# --- completion by bash ----------------------------------------------------------------------------
complete_words() { # WORD...: what completes the last one
	in_ns $R bash -c '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _tsctl; echo "${COMPREPLY[*]}"' \
		"$TOP/tools/completion/tsctl" "$@"
}
is "objects complete" "$(complete_words tsctl ac)" account
is "verbs complete" "$(complete_words tsctl port "")" "list add del"
is "of sessions too" "$(complete_words tsctl session "")" "list show close attach sponsor"
is "also after a shortened object" "$(complete_words tsctl acc a)" add
is "ids of accounts complete" "$(complete_words tsctl grant "")" "1"
is "objects without verbs have their words" "$(complete_words tsctl top "")" count
done_testing
