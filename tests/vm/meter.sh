#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The meter's test-suite inside the test VM, to be called by its tier:
#
#   tests/vm/boot 6.1 tests/vm/meter.sh genl nf [PART OF A TEST'S NAME]
#   tests/vm/boot 6.12 tests/vm/meter.sh bpf tc
#
# With driver bpf the module is not loaded: one port, one meter.
set -uo pipefail
# shellcheck source=tests/vm/guest.sh
. "$TS_TOP/tests/vm/guest.sh"

guest_init
if [ "${1:-}" = genl ]; then
	guest_load || exit 1
fi
status=0
"$TS_O/test/meter_suite" "$@" || status=$?
if [ "${1:-}" = genl ]; then
	guest_unload || status=1
fi
exit $status
