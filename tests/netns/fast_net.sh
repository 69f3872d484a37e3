# SPDX-License-Identifier: GPL-2.0
# The network of net.sh for the fast path: every device can be redirected to.
# fast_up; fast_add PORT; after that is_fast true, while fastkeep runs.
DRIVER=bpf

fast_up() {
	net_up
	no_rp_filter
	takes_bursts $C c0
	takes_bursts $S s0
}
no_rp_filter() {
	in_ns $R sh -c 'for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 >$f; done'
}
# Whose other end does can be redirected to.
takes_bursts() { in_ns "$1" ethtool -K "$2" gro on tx off >/dev/null; }

fast_add() { in_ns $R tsctl -d bpf port add "$1" meter xdp fast-path xdp fast-path-from u0; }
port() { in_ns $R tsctl -j port list | jq -r --arg i "$1" ".[] | select(.ifname == \$i) | .$2"; }
is_fast() { [ "$(port p0 fast)" = "$1" ]; }
account() { in_ns $R tsctl -j account add mac "$1" zone "$2" tariff 1 | jq .id; }
