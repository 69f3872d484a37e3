# SPDX-License-Identifier: GPL-2.0
# Measurements inside the test VM; to be sourced.  No hardware is timed there: with
# "boot -c" a nanosecond is an instruction, otherwise it is the emulator's own time,
# of which only quotients say something.
#
#   guest_bench instructions|time	what is measured; file systems
#   FRAMES, runs, least COMMAND...	of the shortest run
#   took[WAY]=" N N..."			of one frame, in each round
#   compare WHAT BASE OTHER...		prints it
# shellcheck source=tests/vm/guest.sh
. "$TS_TOP/tests/vm/guest.sh"
# shellcheck source=tests/netns/net.sh
. "$TS_TOP/tests/netns/net.sh"
export PATIENCE=10
EMPTY_HOOK=$TS_O/kmod-$(uname -r)/empty_hook.ko
declare -A took
declare -A name=([none]="no hook" [empty]="empty hook" [chain]="nft, empty chain"
	[counter]="nft, a counter" [set]="nft set, counter each"
	[quota]="nft set, counter and quota each" [nf]="nf meter" [mesh]="mesh meter")

# On a machine that does other things the least of some short runs is what tells most.
guest_bench() {
	unit=$1 FRAMES=10000 runs=1
	[ "$unit" = instructions ] || FRAMES=2000 runs=7
	guest_init
}

# least COMMAND...: the smallest of what it prints in so many runs
least() {
	local i

	for ((i = 0; i < runs; i++)); do "$@"; done |
		awk 'NR == 1 || $1 < least { least = $1 } END { printf " %.2f", least }'
}

row() { # WHAT UNIT SAMPLES
	[ "$unit" = instructions ] || set -- "time, $1" "$2" "$3"
	printf 'row\t%s\t%s\t-\t%s\n' "$@"
}
# each AWK "A..." "B..." ["C..."]: an expression in a, b and c, for each round
each() {
	awk -v x="$2" -v y="$3" -v z="${4:-}" 'BEGIN { n = split(x, p, " "); split(y, q, " ")
		split(z, r, " "); for (i = 1; i <= n; i++) { a = p[i]; b = q[i]; c = r[i]
		printf "%s%.4f", (i > 1 ? " " : ""), '"$1"' } }'
}

# By instructions what a hook adds can be told to the last one; by time only how
# much longer a frame takes.
compare() {
	local what=$1 base=$2 way
	shift 2

	[ "$unit" = time ] || row "$what: ${name[$base]}" instr "${took[$base]# }"
	for way; do
		if [ "$unit" = time ]; then
			row "$what: ${name[$way]} / ${name[$base]}" ratio \
				"$(each 'a / b' "${took[$way]}" "${took[$base]}")"
		else
			row "$what: ${name[$way]}, over ${name[$base]}" instr \
				"$(each 'a - b' "${took[$way]}" "${took[$base]}")"
		fi
	done
}
