#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What it takes to keep so many paid clients in the kernel's tables, by the driver that
# needs no module, and how the cost of a packet grows with them.
# scale.sh [CLIENTS...]
. "$(dirname "$0")/../netns/net.sh"
[ $# -gt 0 ] || set -- 10 1000 10000
for clients; do
	net_up
	made=()
	made+=("$(in_ns $R crowd bpf p0 tc "$clients")") || exit 1
	printf 'row\tmake and grant an account, of %s\tms\t-\t%s\n' "$clients" "${made[*]}"
	in_ns $R crowd bpf scale "${SCALE_ROUNDS:-9}" || exit 1
	net_down
done
