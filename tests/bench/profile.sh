#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Where the time of a forwarded frame goes: samples of the CPU's clock while forward.sh
# runs one way at a time, by what the function that was met is there for.  In percent of
# the samples, so the sender's part is in it.  profile.sh [CLIENTS]
cd "$(dirname "$0")" || exit 1
clients=${1:-10000}
data=$(mktemp)
trap 'rm -f "$data"' EXIT
command -v perf >/dev/null || { echo "profile: there is no perf; install linux-perf" >&2; exit 1; }

# sample WAY up|down
sample() {
	local up=64 down=
	[ "$2" = down ] && up= down=64
	FORWARD_WAYS=$1 FORWARD_SIZES=$up FORWARD_DOWN_SIZES=$down FORWARD_ROUNDS=12 \
		perf record -q -o "$data" -e cpu-clock -F 4999 -a -- ./forward.sh "$clients" >/dev/null ||
		return 1
	perf report -i "$data" --comm forward_send --sort sym --stdio 2>/dev/null
}

# groups WAY DIRECTION: rows, of perf's lines
groups() {
	awk -v what="$1 $2, $clients clients" '
	$1 !~ /%$/ { next }
	{
		share = $1 + 0
		name = $NF
		# Of the loading of programs there is nothing in a frame.
		if (name ~ /verif|check|bpf_prog_load|btf|text_poke|smp_call|module|sysfs/) next
		sum += share
		if (name ~ /bpf_prog.*_ts_/) g = "the meter"
		else if (name ~ /fwd_send|xdp_test|user_rnd|prandom|xdp_do_red|bq_|bpf_xdp_redirect/) g = "the sender"
		else if (name ~ /gro/) g = "GRO"
		else if (name ~ /veth|xdp_build_skb|build_skb|skb_cache|skb_free|skb_release|kmem|pp_put|page_pool|kfree_skb|consume_skb|sk_skb/) g = "veth and buffers"
		else if (name ~ /^_*(ip_|inet_|fib|neigh|ipv4|rt_|nf_)/) g = "IP, routes, neighbours"
		else if (name ~ /netif|^_*dev_|netdev|tc_run|tcf|sch_|passthru|skb_network|backlog|napi|enqueue|tcx/) g = "device layer, hooks"
		else g = "others"
		by[g] += share
	}
	END {
		n = split("the sender|veth and buffers|GRO|the meter|device layer, hooks|IP, routes, neighbours|others", names, "|")
		for (i = 1; i <= n; i++)
			printf "row\tprofile of %s: %s\t%%\t-\t%.1f\n", what, names[i], sum ? by[names[i]] * 100 / sum : 0
	}'
}

for way in plain tc xdp; do
	for direction in up down; do
		sample $way $direction | groups $way $direction
	done
done
printf 'fact\tprofile\tcpu-clock, 4999 times a second; frames of 64 bytes\n'
