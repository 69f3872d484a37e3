#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The operator's page and /metrics from outside: who is let in and who is not, forms of
# other pages, what is counted, and plots that a killed daemon has not forgotten.
. "$(dirname "$0")/net.sh"
. "$(dirname "$0")/tsd.sh"

LOCAL=http://127.0.0.1:2060
FAR=https://10.66.2.1:2061
WORD="the operator's word"
JAR=$W/jar

ctl() { in_ns $R tsctl -c "$W/tsd.conf" "$@"; }
local_() { in_ns $R curl -s -m $((5 * PATIENCE)) "$@"; }
far() { in_ns $S curl -s -k -m $((5 * PATIENCE)) "$@"; }
status() { "$@" -o /dev/null -w '%{http_code}'; }
login() { status local_ -c "$JAR" --data-urlencode "password=${1:-$WORD}" "${@:2}" $LOCAL/login; }
page() { local_ -b "$JAR" "$LOCAL/${1:-}"; }
set_password() { (umask 077; echo "$1" >"$W/word"); ctl admin passwd passphrase file:"$W/word"; }
# Where Debian's library is; another Python before it on the path need not have it.
PYTHON=python3
python3 -c 'import prometheus_client' 2>/dev/null || PYTHON=/usr/bin/python3
metrics() { local_ $LOCAL/metrics | $PYTHON "$(dirname "$0")/openmetrics.py"; }
metric() { metrics | awk -v n="$1" -v l="${2:--}" '$1 == n && $2 == l { print $3 }'; }
certificate() {
	openssl req -x509 -newkey rsa:2048 -nodes -subj "/CN=box" -days 30 \
		-keyout "$W/box.key" -out "$W/box.crt" 2>/dev/null
	chmod 600 "$W/box.key"
}

# The same, with a clock that somebody keeps: plots have dates.
tsd_start() {
	LD_PRELOAD=$O/test/keptclock.so nsenter --net=/run/netns/$R -- tsd -c "$W/tsd.conf" \
		>>"$W/tsd.log" 2>&1 &
	tsd_pid=$!
	pids+=($tsd_pid)
}
use() { # SIZE: the client gets so many bytes
	in_ns $C iperf3 -c 10.66.2.2 -R -n "$1" >/dev/null
}

closed_by_default() {
	is "without a password nobody is in" "$(login anything)" 403
	check "and the page says what to do" grep -q "tsctl admin passwd" <(local_ $LOCAL/login)
	is "the page leads to the login" "$(local_ -o /dev/null -w '%{http_code} %{redirect_url}' $LOCAL/)" \
		"303 $LOCAL/login"
	check "a short password is refused" bash -c "! $(declare -f set_password ctl in_ns); W=$W R=$R; ! set_password short 2>/dev/null"
	check "a password is set" set_password "$WORD"
	is "for root alone" "$(command stat -c %a "$W/admin")" 600
	check "and not in the clear" bash -c "! grep -q operator $W/admin"
}

doors() {
	is "a wrong password" "$(login "another word")" 403
	is "the right one" "$(login)" 303
	check "its cookie is no script's, and for this page alone" grep -qi \
		"set-cookie: ts_admin=[0-9a-f]*; path=/; httponly; samesite=strict" \
		<(local_ -D - -o /dev/null --data-urlencode "password=$WORD" $LOCAL/login | tr -d '\r')
	check "who is logged in sees the page" grep -q 'id="sessions"' <(page)
	check "without a script" bash -c "! grep -qi '<script' <(echo '$(page | tr -d "'" | head -c 20000)')"
	check "a strict policy" grep -q "default-src 'none'" <(local_ -D - -o /dev/null $LOCAL/login)
	is "a made up cookie" "$(status local_ -H "Cookie: ts_admin=$(printf '0%.0s' {1..64})" $LOCAL/)" 303
	is "clients do not get there" "$(status in_ns $C curl -s -m 1 http://10.66.2.1:2061/)" 000
	is "a name that is not ours" "$(status local_ -H 'Host: evil.example' $LOCAL/login)" 421
	is "a tunnel's name" "$(status local_ -H 'Host: localhost:9999' $LOCAL/login)" 200
}

forms() {
	local form

	is "a login from another page" "$(login "$WORD" -H 'Origin: http://evil.example')" 403
	is "from the portal, another port of the same name" "$(login "$WORD" -H 'Origin: http://127.0.0.1:2050')" 403
	is "from a page that hides itself" "$(login "$WORD" -H 'Origin: null')" 403
	is "of the same site only" "$(login "$WORD" -H 'Sec-Fetch-Site: same-site')" 403
	is "from our own" "$(login "$WORD" -H "Origin: $LOCAL" -H 'Sec-Fetch-Site: same-origin')" 303
	is "a logout without its form" "$(status local_ -b "$JAR" -d form=0 $LOCAL/logout)" 403
	is "leaves us in" "$(status local_ -b "$JAR" $LOCAL/)" 200
	form=$(page | sed -n 's/.*name="form" value="\([0-9a-f]*\)".*/\1/p')
	is "a logout" "$(status local_ -b "$JAR" -d form="$form" $LOCAL/logout)" 303
	is "and the old cookie is worth nothing" "$(status local_ -b "$JAR" $LOCAL/)" 303
	is "too much in a form" "$(status local_ -d "password=$(head -c 9000 /dev/zero | tr '\0' a)" $LOCAL/login)" 000
}

# A shaper like SQM's takes what comes in to an ifb: named, and billed all the same.
shaped() {
	local before

	in_ns $R ip link add i0 type ifb
	in_ns $R ip link set i0 up
	in_ns $R tc qdisc add dev p0 clsact 2>/dev/null
	in_ns $R tc filter add dev p0 ingress u32 match u32 0 0 action mirred egress redirect dev i0 ||
		return
	tsd_kill
	tsd_start
	until_true 20 tsd_healthy
	check "tsctl status names the shaper" grep -q "^note: shaper p0: " <(ctl status)
	check "so does the portal's" grep -q "^note: shaper p0: " <(ctl portal)
	is "once in the log" "$(grep -c 'shaper p0' "$W/tsd.log")" 1
	is "it is no way past the meter" "$(local_ $LOCAL/metrics | grep -c '^tokenswitch_meter_bypasses.* 0$')" 6
	before=$(in_ns $R tsctl -j port list | jq '.[0].passed_bytes | tonumber')
	in_ns $C ping -c 20 -i 0.01 -s 1000 -q 10.66.2.2 >/dev/null
	check "what it takes is billed" test \
		"$(in_ns $R tsctl -j port list | jq '.[0].passed_bytes | tonumber')" -ge $((before + 20 * 1042))
}

# Last, for it locks us out for a minute.
limited() {
	local i said=

	login >/dev/null
	for i in 1 2 3 4 5 6 7; do said=$(JAR=/dev/null login "wrong $i"); done
	is "tries are limited" "$said" 429
	is "also the right one waits" "$(JAR=/dev/null login)" 429
	check "the log says from where" grep -q "admin: a wrong password from 127.0.0.1:" "$W/tsd.log"
	is "and they are counted" "$(metric tokenswitch_admin_failed_logins_total)" 8
	check "but whoever is in stays in" grep -q 'id="sessions"' <(page)
	check "another password" set_password "another word of his"
	is "and everybody is out" "$(status local_ -b "$JAR" $LOCAL/)" 303
}

numbers() {
	local type

	type=$(local_ -o /dev/null -w '%{content_type}' $LOCAL/metrics)
	is "/metrics: its type" "$type" "application/openmetrics-text; version=1.0.0; charset=utf-8"
	if ! $PYTHON -c 'import prometheus_client' 2>/dev/null; then
		skip "it is OpenMetrics" "no python3-prometheus-client"
		return
	fi
	check "it is OpenMetrics, and names nobody" metrics >/dev/null
	is "the dashboard asks for what there is, and for all of it" "$(metrics |
		$PYTHON "$(dirname "$0")/dashboard.py" "$TOP/tools/grafana/tokenswitch.json")" ""
	is "its end" "$(local_ $LOCAL/metrics | tail -n 1)" "# EOF"
	is "one client is online" "$(metric tokenswitch_clients_online)" 1
	is "one payment" "$(metric tokenswitch_payments_total)" 1
	is "one channel" "$(metric tokenswitch_channels state=open)" 1
	check "bytes down" test "$(metric tokenswitch_carried_bytes_total direction=down,service=internet | cut -d. -f1)" -gt 1000000
	check "income" test "$(metric tokenswitch_income_tokens_total service=access,token=SMT)" != 0
	check "refusals of the kernel" test "$(metric tokenswitch_port_refused_packets_total port=p0,reason=stranger)" != 0
	check "a commit took time" test "$(metric tokenswitch_ledger_commit_seconds_sum)" != 0
	is "the datapath is well" "$(metric tokenswitch_healthy check=datapath)" 1
}

from_afar() {
	local token

	is "from elsewhere /metrics needs a token" "$(status far $FAR/metrics)" 401
	token=$(ctl admin token)
	is "a wrong one" "$(status far -H "Authorization: Bearer ${token%?}x" $FAR/metrics)" 401
	is "the right one" "$(status far -H "Authorization: Bearer $token" $FAR/metrics)" 200
	check "the password is still there" grep -q "^password" "$W/admin"
	is "the page by https" "$(status far $FAR/login)" 200
	check "a cookie of https alone" grep -qi "set-cookie: __Host-ts_admin=.*secure" \
		<(far -D - -o /dev/null --data-urlencode "password=$WORD" $FAR/login)
	is "not by http" "$(status far http://10.66.2.1:2061/login)" 000
}

# To the last of the decimals that people are shown.
shows_all() {
	ctl -j revenue show | jq -e --arg shown "$(income)" \
		'(.totals[0].access_wei | tonumber) - ($shown | tonumber) * 1e18 |
		 . < 2e12 and . > -2e12' >/dev/null
}
income() { page | sed -n 's/.*Income today<\/dt><dd>\([0-9.]*\) SMT.*/\1/p'; }
remembered() {
	login >/dev/null
	check "income is shown, all of it" until_true 15 shows_all
	tsd_kill
	use 1M
	tsd_start
	until_true 20 tsd_healthy
	login >/dev/null
	check "a killed daemon's income is in the plots" until_true 15 shows_all
	note "income shown: $(income)"
	check "as a bar" grep -q '<rect class="part0"' <(page "?period=month")
	check "and in the table" grep -q "$(income) SMT" <(page "?period=years")
	is "the history has its size" "$(command stat -c %s "$W/history")" 479232
}

net_up
certificate
MORE_LISTEN='admin = [ "127.0.0.1:2060", "10.66.2.1:2061" ]; certificate = "'$W'/box.crt"; certificate_key = "'$W'/box.key";'
tsd_up p0 || exit 1
closed_by_default
doors
forms
in_ns $C ping -c 2 -i 0.2 -W 1 10.66.2.2 >/dev/null
check "the client pays" pay 0.02
start in_ns $S iperf3 -s >/dev/null
sleep 0.3
use 2M
sleep 1.5
numbers
from_afar
remembered
shaped
limited
done_testing
