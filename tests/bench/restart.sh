#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tsd started again over CLIENTS (10000) paid stations, their books on the file system of
# the build or of BENCH_DIR, their accounts in the kernel: until it answers, with all of
# them, on its socket; and what memory a client takes in it.
# restart.sh [CLIENTS [ROUNDS]]
export TMPDIR=${BENCH_DIR:-${O:-$(cd "$(dirname "$0")/../.." && pwd)/build}/bench}
mkdir -p "$TMPDIR"
. "$(dirname "$0")/../netns/net.sh"
. "$(dirname "$0")/../netns/tsd.sh"
clients=${1:-10000} rounds=${2:-5}

# What process PID has written to: that is nobody else's.
private_bytes() { awk '/^Private_Dirty/ { d += $2 } END { print d * 1024 }' "/proc/$1/smaps"; }

# Sets ms, from the start of tsd to its first answer; accounts, in the kernel and in its
# sessions, whichever is less; dirty, the bytes that it has written to before it is asked
# for a list of them; tsd_pid.
start_and_ask() {
	rm -f "$W/tsd.sock"
	exec 7< <(exec nsenter --net=/run/netns/$R -- python3 - "$W" <<-'PY'
	import json, socket, subprocess, sys, time
	where = sys.argv[1]
	log = open(where + "/tsd.log", "a")
	begin = time.monotonic()
	tsd = subprocess.Popen(["tsd", "-c", where + "/tsd.conf"], stdout=log, stderr=log)
	s = None
	while s is None and time.monotonic() < begin + 60:
	    try:
	        s = socket.socket(socket.AF_UNIX)
	        s.connect(where + "/tsd.sock")
	    except OSError:
	        s = None
	        time.sleep(0.0005)
	answers = s.makefile()
	s.sendall(b'{"cmd":"status"}\n')
	accounts = json.loads(answers.readline())["meter"]["accounts"]
	ms = (time.monotonic() - begin) * 1000
	s.close()
	with open(f"/proc/{tsd.pid}/smaps") as f:
	    dirty = sum(int(l.split()[1]) for l in f if l.startswith("Private_Dirty"))
	s = socket.socket(socket.AF_UNIX)
	s.connect(where + "/tsd.sock")
	s.sendall(b'{"cmd":"sessions"}\n')
	sessions = json.loads(s.makefile().readline())["sessions"]
	paid = sum(x["state"] == "paid" for x in sessions)
	print(f"{ms:.3f} {min(paid, accounts)} {dirty * 1024} {tsd.pid}", flush=True)
	tsd.wait()
	PY
	)
	pids+=($!)
	read -r -u 7 ms accounts dirty tsd_pid
	pids+=("$tsd_pid")
}

# The gate and the self-test are a part of it, as on a box.
net_up
tsd_up p0 || { echo "restart: tsd does not start" >&2; exit 1; }
before=$(private_bytes $tsd_pid)
stop $tsd_pid
in_ns $R full_box "$W/tsd.conf" "$(jq -r .address "$W/channel")" "$clients" || exit 1
bytes=()
for how in TERM KILL; do
	samples=()
	for ((i = 0; i < rounds; i++)); do
		start_and_ask
		[ "$accounts" = "$clients" ] ||
			{ echo "restart: $accounts of $clients accounts are back" >&2; exit 1; }
		samples+=("$ms")
		bytes+=($(((dirty - before) / clients)))
		kill -$how "$tsd_pid"
		until_true 20 eval '! kill -0 $tsd_pid'
	done
	printf 'row\t%s\tms\t%s\t%s\n' "tsd after SIG$how: start -> answers, $clients accounts adopted" \
		'<=2000' "${samples[*]}"
done
printf 'row\t%s\tbytes\t-\t%s\n' "memory of tsd, private, for each of $clients clients" "${bytes[*]}"
printf 'fact\trestart\tledger on %s, %s bytes\n' "$(command stat -f -c %T "$W")" \
	"$(command stat -c %s "$W/ledger.db")"
