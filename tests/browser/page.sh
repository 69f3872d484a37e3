#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# All pages, in a browser, of a box that asks no chain; a part of run.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../netns/net.sh"
. "$here/../netns/tsd.sh"
. "$here/../netns/asked.sh"
. "$here/scene.sh"

tell_() { # WORDS: prints the answer
	case $1 in
	import) asked_channel "$2" ;;
	mac) asked_mac "$2" ;;
	paid) asked_paid ;;
	voucher) in_ns $R tsctl -c "$W/tsd.conf" voucher make bytes "$2" ;;
	api) in_ns $R tsctl -c "$W/tsd.conf" portal dnsmasq | sed -n 's/^dhcp-option=114,"\(.*\)"$/\1/p' ;;
	account) # ID: as the kernel has it, and what it counted of the internet
		in_ns $R tsctl -j account show "$2" | jq -c \
			'{charged_units, granted_units, stats: [.stats[] | select(.class == "internet")]}' ;;
	watch) # from now on: what the client gets of the server, and the server of the client
		witness $C c0 5 10.66.2.2 ;;
	watch-server) witness $S s0 6 10.66.1.2 ;;
	seen) # 5|6: so many bytes were counted there
		testify "$2"
		[ "$lost" = 0 ] && echo "$bytes_in" ;;
	upstream) cat "$W/upstream.log" ;;
	esac
}

net_up
scene_up
start in_ns $S python3 "$here/upstream.py" "$W/upstream.log"
# Its resolver passes nothing on, so no name is charged, and what both sides see is all
# that is; in chain.sh it may, as far as tsd knows.
MORE_RULES='"free udp 10.66.1.1 53 ends-here"'
tsd_up p0 "portal = { wallet = \"$O/wallet\"; venue_info_url = \"https://shop.test/\"; };" ||
	{ echo "Bail out! tsd does not start"; exit 1; }
scene_play all.js
