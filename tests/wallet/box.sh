#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The wallet against a real tsd: real HTTP in a client's namespace, real credit in the
# kernel.
#
#	box.sh [page]	the modules alone (box.js), or the page in a browser (page.js);
#			SHOTS=DIR keeps pictures of it
part=${1:-box}
. "$(dirname "$0")/../netns/net.sh"
. "$(dirname "$0")/../netns/tsd.sh"
. "$(dirname "$0")/../netns/asked.sh"

CHROMIUM=$(command -v chromium)
if [ "$part" = page ] && [ -z "$CHROMIUM" ]; then
	echo "1..0 # SKIP no chromium"
	exit 0
fi
if [ "$part" = page ]; then
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=box \
		-addext subjectAltName=DNS:box.test -keyout "$W/tls.key" -out "$W/tls.crt" 2>/dev/null
	MORE_LISTEN="names = [ \"box.test\" ]; https = [ \"10.66.1.1:443\" ];
		certificate = \"$W/tls.crt\"; certificate_key = \"$W/tls.key\";"
	more="portal = { wallet = \"$O/wallet\"; };"
fi
net_up
tsd_up p0 ${more:+"$more"} || { echo "Bail out! tsd does not start"; exit 1; }

tell_() { # WORDS: prints the answer
	case $1 in
	import) asked_channel "$2" ;;
	import-file) in_ns $R tsctl -c "$W/tsd.conf" channel import "$2" >/dev/null ;;
	kill) tsd_kill ;;
	start) tsd_start; until_true 20 tsd_healthy ;;
	price) # TOKENS-PER-GB, from now on
		sed -i "s/internet = { up = \"[^\"]*\"; down = \"[^\"]*\"/internet = { up = \"$2\"; down = \"$2\"/" "$W/tsd.conf"
		kill -HUP $tsd_pid ;;
	mac) asked_mac "$2" ;;
	send) # FRAMES of 1200 bytes, upward
		in_ns $C python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(int(sys.argv[1])):
    s.sendto(bytes(1200), ("10.66.2.2", 9))' "$2" ;;
	pings) in_ns $C ping -c 1 -W 2 10.66.2.2 >/dev/null ;;
	paid) asked_paid ;;
	tspay-import) # KEYSTORE PASSPHRASE-FILE: prints the address
		rm -f "$W/taken"
		tspay -k "$W/taken" -p file:"$3" key import "$2" >/dev/null &&
			tspay -k "$W/taken" -p file:"$3" key address ;;
	tspay-export) # KEYSTORE PASSPHRASE-FILE
		tspay -k "$W/taken" -p file:"$3" key export --v3 "$2" ;;
	esac
}

cd "$O/gen/wallet" || exit 1
asked env BOX=$BOX W="$W" CHROMIUM="$CHROMIUM" HOME="$W" \
	node --test-reporter=tap "test/$part.js"
status=$?
[ $status = 0 ] || { sed 's/^/# /' "$W/tell.log"; tail -n 20 "$W/tsd.log" | sed 's/^/# tsd: /'; }
exit $status
