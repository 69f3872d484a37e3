#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Roaming with each of the two boxes killed (-9) before and after each fsync and each send,
# a whole visit each time: come, use, go.  In the end each unit is somewhere, once (M10, M14).
# As many visits as fit in ROAM_SECONDS (20), another choice in each run; 0: all of them.
. "$(dirname "$0")/roam_net.sh"
BYTES=2000000
COLUMNS_OF_COUNTS="write fsync send"
SECONDS_LEFT=${ROAM_SECONDS:-20}

other() { [ "$1" = home ] && echo host || echo home; }
# Whoever died is there again.
tend() {
	local box

	for box in home host; do
		kill -0 "${tsd_pid[$box]}" 2>/dev/null && continue
		wait "${tsd_pid[$box]}" 2>/dev/null
		deaths=$((deaths + 1))
		run $box
		until_true 20 healthy "${ns_of[$box]}" "$(url_of $box)"
	done
}
url_of() { [ "$1" = home ] && echo $HOME_BOX || echo $HOST_BOX; }
tended() { # SECONDS COMMAND...
	local end=$((SECONDS + $1 * PATIENCE)); shift

	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -ge $end ] && return 1
		tend
		sleep 0.1
	done
}
save() { rm -rf "$W/saved"; mkdir "$W/saved"; cp -a "$W/home/state" "$W/saved/home"; cp -a "$W/host/state" "$W/saved/host"; }
restore() {
	local box

	for box in home host; do
		rm -rf "$W/$box/state"; cp -a "$W/saved/$box" "$W/$box/state"; : >"$W/$box/tsd.log"
	done
}
stop_boxes() {
	local box

	for box in home host; do
		kill "${tsd_pid[$box]}" 2>/dev/null; wait "${tsd_pid[$box]}" 2>/dev/null
	done
	true
}
roams() { code=$(tspay_ roam $HOST_BOX 2>/dev/null | sed -n 's/^session \([0-9A-Z]*\) .*/\1/p'); [ -n "$code" ]; }
fetches() {
	in_ns $C curl -sf --interface 10.66.9.9 -m 4 -o "$W/got" http://10.66.2.2:8000/file &&
		cmp -s "$W/file" "$W/got"
}
# Of every order of this visit: one may have been begun twice.
leaves() {
	local order

	for order in $(nctl roam list | jq -r '.in[].order'); do
		in_ns $C curl -s -m 5 -H 'Content-Type: application/octet-stream' -d "$order" $HOST_BOX/v1/session/logout
	done
	no_guest
}
# Nothing is on its way any more, or the sum would not be whole.
is_settled() { balance 1000000000000000; }
ledgers() { tsctl -c "$W/home/tsd.conf" ledger check && tsctl -c "$W/host/tsd.conf" ledger check; }

visit() { # [VICTIM CALLS ACT K]
	local box victim=${1:-} why=
	deaths=0

	restore
	for box in home host; do
		set -- "$victim" "${2:-}" "${3:-}" "${4:-}"
		if [ -z "$victim" ]; then
			run $box LD_PRELOAD="$O/test/shim.so" TS_SHIM_UNIX=no TS_SHIM_DIR="$W/$box/state" TS_SHIM_TELL="$W/$box/counts"
		elif [ "$box" = "$victim" ]; then
			run $box LD_PRELOAD="$O/test/shim.so" TS_SHIM_UNIX=no TS_SHIM_DIR="$W/$box/state" TS_SHIM_TELL="$W/$box/killed" \
				TS_SHIM_CALLS="$2" TS_SHIM_DO="$3" TS_SHIM_AT="$4"
		else
			run $box
		fi
	done
	tended 20 healthy $R $HOME_BOX && tended 20 healthy $N $HOST_BOX || why="boxes do not start"
	at_host
	[ -n "$why" ] || tended 30 roams || why="no roaming"
	[ -n "$why" ] || tended 60 fetches || why="nothing comes through"
	[ -n "$why" ] || tended 60 leaves || why="the visit does not end"
	[ -n "$why" ] || tended 60 is_settled || why="something is lost or there twice: $(balance 0) $(hctl roam list)"
	stop_boxes
	[ -n "$why" ] || ledgers >/dev/null 2>"$W/why" || why="ledger: $(cat "$W/why")"
	[ -z "$why" ] && return
	note "$victim $2 $3 $4: $why"
	for box in home host; do tail -n 30 "$W/$box/tsd.log" | sed "s/^/# $box: /"; done
	return 1
}
# All deaths: of each box, before and after each call that an undisturbed visit has.
list() {
	local box call act k column

	for box in home host; do
		column=0
		for call in $COLUMNS_OF_COUNTS; do
			column=$((column + 1))
			[ $call = write ] && continue
			for act in before after; do
				for k in $(seq "$(tail -n 1 "$W/$box/counts" | cut -d' ' -f$column)"); do
					echo "$box $call $act $k"
				done
			done
		done
	done
}

topology
head -c $BYTES /dev/urandom >"$W/file"
start in_ns $S python3 -m http.server -d "$W" -b 10.66.2.2 8000 >"$W/http.log" 2>&1
check "two boxes with a channel between them" boxes >/dev/null
check "a client pays at home" tspay_ --once 0.1 $HOME_BOX
stop_boxes
save
check "a visit, undisturbed" visit
list >"$W/list"
n_all=$(wc -l <"$W/list") n_visits=0 n_killed=0 n_bad=0 end=$((SECONDS + SECONDS_LEFT))
while read -r box call act k <&3; do
	visit $box $call $act $k || n_bad=$((n_bad + 1))
	n_visits=$((n_visits + 1)) n_killed=$((n_killed + (deaths > 0)))
	[ "$SECONDS_LEFT" != 0 ] && [ $SECONDS -ge $end ] && break
done 3< <(if [ "$SECONDS_LEFT" = 0 ]; then cat "$W/list"; else shuf "$W/list"; fi)
note "$n_visits visits, a box killed in $n_killed of them, of $n_all calls"
is "each unit is somewhere, once, in every visit" $n_bad 0
check "boxes were killed" test $n_killed -gt 0
done_testing
