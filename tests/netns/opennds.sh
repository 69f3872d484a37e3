#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tsd beside Debian's openNDS 9.10: from intercept to paid to cut and on again, with nothing
# passed beyond what was paid; openNDS's word of its clients; both killed and started again.
#
# openNDS has its paths built in, and its package starts a service.  So it is unpacked, not
# installed, and laid over the folders of a mount namespace that ends with this script.
if [ -z "${TS_OPENNDS:-}" ]; then
	export TS_OPENNDS=1
	exec unshare --mount --propagation private -- "$0" "$@"
fi
here=$(cd "$(dirname "$0")" && pwd)
# /tmp is another one soon.
TMPDIR=/run
BOX=http://10.66.1.1:8080
. "$here/net.sh"
. "$here/tsd.sh"
trap 'net_down; umount -l "$W/lab" 2>/dev/null; rm -rf "$W"' EXIT
M=02:00:00:00:00:02

lay_over() {
	local root=$O/opennds/root lab=$W/lab

	mkdir "$lab"
	mount -t tmpfs none "$lab" || return 1
	mkdir "$lab"/{etc,etc.work,tmp,tmp.work,sbin}
	mount -t overlay none -o "lowerdir=$root/usr:/usr" /usr &&
	mount -t overlay none -o "lowerdir=$root/etc:/etc,upperdir=$lab/etc,workdir=$lab/etc.work" /etc &&
	mount -t overlay none -o "lowerdir=/tmp,upperdir=$lab/tmp,workdir=$lab/tmp.work" /tmp || return 1
	# With iptables-nft it does not start.
	ln -s /usr/sbin/iptables-legacy "$lab/sbin/iptables"
	PATH=$lab/sbin:$PATH
	echo "0 $M 10.66.1.2 client *" >/tmp/dhcp.leases
}

# By "ip netns exec" it sees the namespace's own /sys, where it reads its MAC.  It leaves its
# rules of iptables-legacy behind, however it ends, and then does not start: they are taken
# away as "tsctl portal opennds" says.
nds_start() {
	in_ns $R iptables-legacy-save | grep -v nds | in_ns $R iptables-legacy-restore
	ip netns exec $R opennds -f >>"$W/opennds.log" 2>&1 &
	nds_pid=$!
	pids+=($nds_pid)
}
nds_kill() { kill -9 $nds_pid; wait $nds_pid 2>/dev/null; true; }

ctl() { in_ns $R tsctl -c "$W/tsd.conf" "$@"; }
nds_is() { [ "$(ctl -j portal opennds | jq -r ".$1")" = "$2" ]; }
client() { in_ns $C curl -s -m $((5 * PATIENCE)) "$@"; }
request() { client -o /dev/null -w '%{http_code} %{redirect_url}' "$@" http://10.66.2.2/generate_204; }
intercepted() { request | grep -q "^307 $BOX/opennds/?fas="; }
# By way of the portal, if need be: the server itself says that there is no such file.
goes_through() { [ "$(client -L -o /dev/null -w '%{http_code}' http://10.66.2.2/generate_204)" = 404 ]; }
field() { client $BOX/v1/session | jq -r ".$1"; }
is_state() { [ "$(field state)" = "$1" ]; }
opens() { client -o /dev/null http://10.66.2.9:8000/small; }
blocked() { ! opens; }
told() { grep -q "^$1 $M " "$W/events"; }
# What openNDS itself thinks of the client; when its tool is busy it says nothing.
thinks() {
	in_ns $R ndsctl json 2>/dev/null |
		jq "[.clients[] | select(.state == \"Authenticated\")] | length" | grep -qx "$1"
}
let_in() { thinks 1; }
put_out() { thinks 0; }
# An answer of the page to a query that says this of the client: IP MAC
visit() {
	client -o /dev/null -w '%{http_code} %{redirect_url}' -G --data-urlencode \
		"fas=$(printf 'hid=%s, clientip=%s, clientmac=%s, originurl=http%%3a%%2f%%2f10.66.2.2%%2fgenerate_204, clientif=p0' \
			$HID "$1" "$2" | base64 -w 0)" $BOX/opennds/
}
HID=$(printf '%064d' 7)

configure() {
	ctl portal opennds | sed "s#^BinAuth .*#BinAuth $W/binauth#" >/etc/opennds/opennds.conf
	# There is no resolver; all else is as it is printed.
	echo "gatewayfqdn disable" >>/etc/opennds/opennds.conf
	sed "s#@TSCTL@#$(command -v tsctl) -c $W/tsd.conf#" "$TOP/tools/opennds-binauth" >"$W/told"
	# The one that is installed, and a note of what it was told.
	printf '#!/bin/sh\necho "$*" >>%s/events\nexec sh %s/told "$@"\n' "$W" "$W" >"$W/binauth"
	chmod +x "$W/binauth"
	: >"$W/events"
}

not_paid() {
	check "openNDS intercepts who has not paid" until_true 20 intercepted
	check "a browser ends on the page of tsd" grep -q 'id="state"' <(client -L http://10.66.2.2/today)
	check "nothing passes" blocked
	in_ns $R ndsctl auth $M 0 0 0 0 0 >/dev/null 2>&1
	check "openNDS alone lets in who has not paid: nothing passes" blocked
	check "and tsd takes it back" until_true 5 put_out
	is "of who has not paid a query is not looked at" "$(visit 10.66.1.2 $M)" "200 "
}

paid() {
	check "the client pays" pay 0.01
	check "the kernel lets it pass" is_state paid
	check "and openNDS, too" until_true 5 let_in
	is "its requests go where they should" "$(request)" "404 "
	check "and what is not of the web" opens
	check "BinAuth was told" told ndsctl_auth
	is "without time, rate and quota" "$(in_ns $R ndsctl json 2>/dev/null | jq -r ".clients[\"$M\"] |
		[.session_end, .download_quota, .upload_quota, .download_rate_limit_threshold] | unique[]")" null
}

# A query is worth what the box itself knows of who sends it.
queries() {
	local rhid
	rhid=$(printf %s "$HID$(cat "$W/faskey")" | sha256sum | cut -d' ' -f1)
	is "a query with another's MAC" "$(visit 10.66.1.2 02:00:00:00:00:77)" "200 "
	is "with another's address" "$(visit 10.66.1.77 $M)" "200 "
	is "with its own: rhid, and where it wanted to go" "$(visit 10.66.1.2 $M)" \
		"302 http://10.66.1.1:2050/opennds_auth/?tok=$rhid&redir=http%3a%2f%2f10.66.2.2%2fgenerate_204"
	is "who is back at once gets the page" "$(visit 10.66.1.2 $M)" "200 "
	check "and health says what may be wrong" grep -q faskey <(client $BOX/v1/health)
}

dry() {
	local dl price left granted before

	price=$(field tariff.prices.internet.down.units_per_byte)
	before=$(field charged_units)
	: >"$W/events"
	witnesses 10.66.2.9
	start in_ns $C curl -s -m $((30 * PATIENCE)) -o "$W/got" http://10.66.2.9:8000/file
	dl=$!
	check "a download at full speed runs dry" until_true 10 is_state dry
	check "openNDS puts it out after the kernel" until_true 8 told ndsctl_deauth
	testify_both
	granted=$(field granted_units)
	left=$((granted - $(field charged_units)))
	note "$seen bytes passed; $(((granted - before) / price)) were left of what was paid"
	is "bytes beyond what was paid" "$((seen * price > granted - before ? seen * price - granted + before : 0))" 0
	check "to the last packet, which may be as large as a kernel makes them" \
		test $left -lt $((65536 * price))
	check "it is intercepted again" until_true 5 intercepted
	check "the client tops up" pay 0.04
	check "and openNDS lets it in again" until_true 5 let_in
	check "the same connection goes on to its end" wait $dl
	check "and the file is right" cmp -s "$W/got" "$W/www/file"
}

by_the_operator() {
	: >"$W/events"
	in_ns $R ndsctl deauth $M >/dev/null 2>&1
	check "the operator puts it out: BinAuth says so" until_true 3 told ndsctl_deauth
	check "and it stays out" until_true 3 nds_is held 1
	is "its session is what it was" "$(field state)" paid
	check "at the portal it is let in by openNDS's own door" goes_through
	check "BinAuth was asked, and told" told client_auth
	is "so that door is open, and all is well" "$(ctl portal show | grep ^openNDS:)" "openNDS: ok"
	check "as tsd knows" until_true 3 nds_is authenticated 1
}

use() { in_ns $C curl -s -m 2 -o /dev/null http://10.66.2.9:8000/file; }
tsd_dies() {
	local i

	tsd_kill
	check "tsd killed: who has paid passes" opens
	for i in 1 2 3; do use; done
	check "and is cut by the kernel" blocked
	check "openNDS thinks nothing of it" let_in
	tsd_start
	check "tsd is back" until_true 20 tsd_healthy
	check "and puts it out" until_true 8 put_out
	check "it is intercepted" until_true 5 intercepted
	check "it pays" pay 0.02
	check "and is in" until_true 5 let_in
}

nds_dies() {
	nds_kill
	check "while openNDS is gone, who has paid passes" opens
	check "tsd says that it does not run" until_true 20 nds_is running false
	nds_start
	check "it is back, and all who have paid are let in again" until_true 10 let_in
	nds_kill
	nds_start
	check "killed and back before tsd has seen it: it has forgotten all" until_true 10 put_out
	check "a client that comes to the portal is in at once" until_true 5 goes_through
	is "the session is what it was" "$(field state)" paid
	is "the kernel has the same account" "$(field account.id)" "$account"
	check "the ledger agrees" ctl ledger check
	: >"$W/events"
	stop $nds_pid
	check "openNDS ends: BinAuth says so" told shutdown_deauth
}

# Whatever becomes of openNDS's tool, a payment does not wait for it.
no_tool() { ! pgrep -f "$W/hangs"; }
hangs() {
	stop $tsd_pid
	printf '#!/bin/sh\nsleep 600\n' >"$W/hangs"
	chmod +x "$W/hangs"
	sed -i "s#^opennds = { #&ndsctl = \"$W/hangs\"; #" "$W/tsd.conf"
	tsd_start
	check "tsd with a tool that hangs" until_true 20 tsd_healthy
	check "is running it" until_true 5 pgrep -f "$W/hangs"
	check "a payment is taken meanwhile" pay 0.001
	is "and passes" "$(field state)" paid
	stop $tsd_pid
	check "the tool ends with tsd" no_tool
}

cannot_run() { # WHY
	skip "tsd beside openNDS" "$1"
	done_testing
	exit
}

net_up
"$here/opennds_setup" 2>"$W/why"
case $? in
0) ;;
2) cannot_run "$(tail -n 1 "$W/why")" ;;
*) cat "$W/why" >&2; exit 1 ;;
esac
lay_over || exit 1
for table in filter nat mangle; do
	in_ns $R iptables-legacy -t $table -S >/dev/null 2>"$W/why" ||
		cannot_run "a kernel without iptables-legacy, which openNDS 9.10 needs"
done
in_ns $S ip addr add 10.66.2.9/24 dev s0
mkdir "$W/www"
head -c 2000 /dev/zero >"$W/www/small"
head -c 30000000 /dev/urandom >"$W/www/file"
start in_ns $S python3 -m http.server -d "$W/www" 8000 >/dev/null 2>&1
start in_ns $S python3 -m http.server -d /nonexistent 80 >/dev/null 2>&1
(umask 077; echo 0123456789abcdefFASKEY >"$W/faskey")
if tsd_up p0 "opennds = { gateway = \"10.66.1.1:2050\"; faskey_file = \"$W/faskey\"; };"; then
	check "without openNDS nothing passes" blocked
	configure
	nds_start
	not_paid
	paid
	queries
	dry
	by_the_operator
	tsd_dies
	account=$(field account.id)
	nds_dies
	hangs
else
	not_ok "tsd serves"
fi
done_testing
