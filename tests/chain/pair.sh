#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Two tsd and a chain: what pair.js plays, the one in the router's namespace, the
# other in the server's.  pair.sh [SECONDS [SHARE OF]]: of all lives as many as fit
# in SECONDS, each whole; 0: all.  With SHARE and OF only every OF-th, so that several
# can be run side by side.
cd "$(dirname "$0")/../netns" || exit 1
. ./net.sh
export O
W=$(mktemp -d /tmp/tspair.XXXXXX)

pair_down() {
	in_ns $S tsctl -d bpf meter destroy >/dev/null 2>&1
	net_down
	[ -z "${PAIR_KEEP:-}" ] || cp -r "$W" "$PAIR_KEEP"
	rm -rf "$W"
}
trap pair_down EXIT

net_up
mkdir -p "$O/chain"
in_ns $R "$TOP/tests/chain/chain" start "$W/chain" $$ --listen 10.66.2.1 ||
	{ echo "Bail out! no chain"; exit 1; }
(umask 077; echo "a passphrase of the tests" >"$W/pass")
NODE_PATH=$O/chain/node_modules in_ns $R node "$TOP/tests/chain/pair.js" "$W" $R $S "${1:-45}" \
	"${2:-1}" "${3:-1}"
