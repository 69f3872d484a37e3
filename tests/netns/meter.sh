#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The meter's test-suite on the running kernel: driver bpf, meters xdp and tc.
# In a mount namespace of its own, with a bpffs of its own: it meets no meter
# that this machine may have, and leaves nothing.  TAP on stdout.
#
#   tests/netns/meter.sh [PART OF A TEST'S NAME]
set -uo pipefail
if [ -z "${TS_METER_MOUNTS:-}" ]; then
	exec env TS_METER_MOUNTS=1 unshare --mount --propagation private "$0" "$@"
fi
top=$(cd "$(dirname "$0")/../.." && pwd)
suite=${TS_O:-$top/build}/test/meter_suite

skip() {
	echo "ok 1 - meter # SKIP $*"
	echo "1..1"
	exit 0
}

[ "$(id -u)" = 0 ] || skip "needs root"
[ -x "$suite" ] || { echo "not ok 1 - meter: $suite is not built"; echo "1..1"; exit 1; }
mount -t bpf bpf /sys/fs/bpf 2>/dev/null || skip "no BPF file system"

# A plan of each run would confuse who reads them in a row: one for all.
n=0 failed=0
for meter in ${TS_METERS:-xdp tc}; do
	while IFS= read -r line; do
		case $line in
		'1..'*) continue ;;
		'ok '*) n=$((n + 1)); line="ok $n ${line#ok * }" ;;
		'not ok '*) n=$((n + 1)) failed=1; line="not ok $n ${line#not ok * }" ;;
		esac
		echo "$line"
	done < <("$suite" bpf "$meter" "$@")
done
echo "1..$n"
exit $failed
