#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The portal from a client that has not paid: its probes, the page by http and https, the
# way into a real browser, RFC 8908; and RFC 8910 by a real dnsmasq, to real clients.
. "$(dirname "$0")/net.sh"
. "$(dirname "$0")/tsd.sh"

SECURE=https://portal.test:2443
API=$SECURE/captive-portal/api

# A test authority, and a certificate of it for so many days.
authority() {
	openssl req -x509 -newkey rsa:2048 -nodes -subj "/CN=test authority" -days 400 \
		-keyout "$W/ca.key" -out "$W/ca.crt" 2>/dev/null
}
certificate() { # DAYS
	openssl req -newkey rsa:2048 -nodes -subj "/CN=portal" -keyout "$W/new.key" \
		-out "$W/portal.csr" 2>/dev/null
	openssl x509 -req -in "$W/portal.csr" -CA "$W/ca.crt" -CAkey "$W/ca.key" -CAcreateserial \
		-days "$1" -extfile <(echo "subjectAltName = DNS:portal.test") -out "$W/new.crt" 2>/dev/null
	chmod 600 "$W/new.key"
	mv "$W/new.crt" "$W/portal.crt"
	mv "$W/new.key" "$W/portal.key"
}

client() { in_ns $C curl -s -m $((5 * PATIENCE)) "$@"; }
secure() { client --cacert "$W/ca.crt" --resolve portal.test:2443:10.66.1.1 "$@"; }
# A system looks whether it is in the internet: HOST PATH
probe() { client -o /dev/null -w '%{http_code} %{redirect_url}' -H "Host: $1" "http://${TO:-10.66.2.2}$2"; }
api() { secure $API | jq -c "$1"; }
tsctl_portal() { in_ns $R tsctl -c "$W/tsd.conf" portal "$@"; }
press() { client -o /dev/null -w '%{http_code} %{redirect_url}' -d '' "$@" $BOX/captive-portal/continue?lang=ar; }

probes() { # WANT
	is "Android's probe: $1" "$(probe connectivitycheck.gstatic.com /generate_204)" "$1"
	is "by IPv6: $1" "$(TO='[fd66:2::2]' probe connectivitycheck.gstatic.com /generate_204)" "$1"
}

before_paying() {
	is "a web request lands on the portal" "$(probe news.example /today)" "302 http://portal.test:2050/"
	probes "302 http://portal.test:2050/"
	check "the page by http names the one by https" grep -q "href=\"$SECURE/\"" <(client $BOX/)
	check "the page by https, believed by the authority alone" grep -q 'id="state"' <(secure $SECURE/)
	is "RFC 8908: its media type" "$(secure -o /dev/null -w '%{content_type}' $API)" application/captive+json
	is "RFC 8908: captive" "$(api .)" \
		"{\"captive\":true,\"user-portal-url\":\"$SECURE/\",\"can-extend-session\":true,\"venue-info-url\":\"https://shop.example/\"}"
}

into_the_browser() {
	is "a page of another host presses nothing" "$(press -H 'Origin: http://evil.example' | cut -c1-3)" 403
	probes "302 http://portal.test:2050/"
	is "continue in my browser" "$(press -H 'Origin: http://10.66.1.1:2050')" "303 $BOX/?lang=ar"
	probes "204 "
	check "the page says so, from right to left" grep -q 'dir="rtl"' <(client -L $BOX/?lang=ar)
	is "RFC 8908: not captive, for a time" "$(api '[.captive, .["seconds-remaining"] > 500, .["seconds-remaining"] <= 600, .["bytes-remaining"]]')" "[false,true,true,null]"
	is "what is no probe still lands on the portal" "$(probe news.example /today)" "302 http://portal.test:2050/"
	is "and nothing is paid by that" "$(client $BOX/v1/session | jq -r .state)" never-paid
	check "nothing passes" test -z "$(client http://10.66.2.2:8000/file)"
}

remaining() { client $BOX/v1/session | jq .remaining_bytes; }
after_paying() {
	local before now after flood

	check "the client pays" pay 0.02
	start in_ns $C ping -q -f -s 1000 10.66.2.2 >/dev/null
	flood=$!
	before=$(remaining) now=$(api '.["bytes-remaining"]') after=$(remaining)
	stop $flood
	note "bytes: $before, $now, $after"
	check "bytes-remaining lies between two reads, under traffic" \
		test "$after" -le "$now" -a "$now" -le "$before" -a "$after" -lt "$before"
	is "RFC 8908: paid for bytes, and so without a time" \
		"$(api '[.captive, has("seconds-remaining")]')" "[false,false]"
	is "probes go to the internet like all else" "$(probe connectivitycheck.gstatic.com /generate_204)" "404 "
}

# What DHCPv4 says: in hexadecimal, as udhcpc hands it to its script.
dhcp4() {
	cat >"$W/lease" <<-'EOT'
	#!/bin/sh
	[ "$1" = bound ] && echo "$opt114"
	EOT
	chmod +x "$W/lease"
	in_ns $C busybox udhcpc -f -q -n -t 5 -T 1 -i c0 -O 114 -s "$W/lease" 2>/dev/null |
		python3 -c 'import sys; print(bytes.fromhex(sys.stdin.read().strip()).decode())'
}
# An information-request of DHCPv6 for option 103.
dhcp6() {
	in_ns $C python3 - <<-'PY'
	import socket, struct
	s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
	s.bind(("::", 546))
	s.settimeout(2)
	duid = b"\0\3\0\1\2\0\0\0\0\2"
	ask = b"\x0b\1\2\3" + struct.pack(">HH", 1, len(duid)) + duid + struct.pack(">HHH", 6, 2, 103)
	for i in range(10):
	    s.sendto(ask, ("ff02::1:2", 547, 0, socket.if_nametoindex("c0")))
	    try:
	        answer = s.recv(2000)[4:]
	        break
	    except socket.timeout:
	        pass
	while answer:
	    kind, n = struct.unpack(">HH", answer[:4])
	    if kind == 103:
	        print(answer[4:4 + n].decode())
	    answer = answer[4 + n:]
	PY
}

announced() {
	tsctl_portal dnsmasq >"$W/snippet"
	is "two options" "$(grep -c ^dhcp-option "$W/snippet")" 2
	if ! command -v dnsmasq >/dev/null; then
		skip "RFC 8910 by a real dnsmasq" "no dnsmasq"
		return
	fi
	start in_ns $R dnsmasq --keep-in-foreground --port=0 --interface=p0 --bind-interfaces \
		--dhcp-range=10.66.1.50,10.66.1.60,1h --dhcp-range=fd66:1::,ra-stateless \
		--dhcp-leasefile="$W/leases" --pid-file= --user=root --conf-file="$W/snippet" \
		--log-facility="$W/dnsmasq.log"
	is "RFC 8910: DHCPv4 option 114" "$(dhcp4)" $API
	is "RFC 8910: DHCPv6 option 103" "$(dhcp6)" $API
}

health_says() { client $BOX/v1/health | jq -r .checks.https | grep -q "$1"; }
certificate_ends() {
	local said

	certificate 3
	check "a new certificate is served without a restart" until_true 5 \
		health_says "the certificate ends within a week; renew it"
	said=$(tsctl_portal dnsmasq 2>&1 >"$W/snippet")
	is "it is not announced" "$?" 1
	is "and said why" "$said" "tsctl portal: nothing is announced: the certificate ends within a week; renew it"
	is "nothing is in the snippet" "$(command stat -c %s "$W/snippet")" 0
	check "it is served all the same" test "$(api .captive)" = false
	echo spoilt >"$W/portal.crt"
	check "a spoilt file is named" until_true 5 health_says "holds no certificate"
	check "and the one of before goes on" test "$(api .captive)" = false
	certificate 30
	check "and when it is good again it is announced again" until_true 5 tsctl_portal dnsmasq
}

net_up
authority
certificate 30
head -c 100000 /dev/zero >"$W/file"
start in_ns $S python3 -m http.server -d "$W" 8000 >/dev/null 2>&1
start in_ns $S python3 -m http.server -d /nonexistent 80 >/dev/null 2>&1
MORE_HTTP='"[fd66:1::1]:2050"'
MORE_LISTEN="names = [ \"portal.test\" ]; https = [ \"10.66.1.1:2443\" ]; certificate = \"$W/portal.crt\"; certificate_key = \"$W/portal.key\";"
if tsd_up p0 'portal = { venue_info_url = "https://shop.example/"; };'; then
	before_paying
	into_the_browser
	announced
	after_paying
	certificate_ends
else
	not_ok "tsd serves"
fi
done_testing
