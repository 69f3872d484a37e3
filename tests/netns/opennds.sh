#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tsd beside Debian's openNDS 9.10: from intercept to paid to cut and on again, with nothing
# passed beyond what was paid; openNDS's word of its clients; both killed and started again.
#
# openNDS has its paths built in, and its package starts a service.  So it is unpacked, not
# installed, and laid over the folders of a mount namespace that ends with this script.
here=$(cd "$(dirname "$0")" && pwd)
DEBS=$("$here/../../tools/install-deps" --unpacked opennds) || DEBS=
if [ -n "$DEBS" ] && [ -z "${TS_OPENNDS:-}" ]; then
	TS_OPENNDS=1 exec unshare --mount --propagation private -- "$0" "$@"
fi
. "$here/net.sh"
. "$here/tsd.sh"

# What this script needs of openNDS: its program, and iptables-legacy, for with Debian's
# usual iptables-nft it does not start.
lay_over() {
	local d=$1 at

	mkdir "$W/lab"
	mount -t tmpfs none "$W/lab" || return 1
	mkdir "$W/lab"/{etc,etc.work,sbin}
	ln -s /usr/sbin/iptables-legacy "$W/lab/sbin/iptables"
	PATH=$W/lab/sbin:$PATH
	mount -t overlay none -o "lowerdir=$d/usr:/usr" /usr &&
	mount -t overlay none -o "lowerdir=$d/etc:/etc,upperdir=$W/lab/etc,workdir=$W/lab/etc.work" /etc
}

nds_start() {
	# Its sockets and leases are in /tmp; by "ip netns exec" it sees the right /sys.
	ip netns exec $R opennds -f >>"$W/opennds.log" 2>&1 &
	nds_pid=$!
	pids+=($nds_pid)
}

ctl() { in_ns $R tsctl -c "$W/tsd.conf" "$@"; }
client() { in_ns $C curl -s -m $((5 * PATIENCE)) "$@"; }
probe() { client -o /dev/null -w '%{http_code} %{redirect_url}' http://10.66.2.2/generate_204; }
intercepted() { probe | grep -q "^307 $BOX/opennds/?fas="; }
state() { client $BOX/v1/session | jq -r .state; }
# What openNDS itself thinks of the client.
thinks() { in_ns $R ndsctl json 2>/dev/null | jq -r '.clients[].state' 2>/dev/null | grep -qx "$1"; }
lets_in() { thinks Authenticated; }
put_out() { ! thinks Authenticated; }
nds() { ctl -j portal opennds | jq -r ".$1"; }
passes() { client -o /dev/null http://10.66.2.2:8000/small; }

net_up
start in_ns $S python3 -m http.server -d /nonexistent 80 >/dev/null 2>&1
probe
