#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# One life of the box of tests/power/run, in the test VM: guest.sh DIR BEARER
# WALLET.  Its ledger is on /dev/vda, and so is nothing else.  Says
#
#	@mounted		the file system has recovered
#	@books ...		what the ledger says, see power_payer.c; nothing has
#				passed in this life
#	@code CODE		of the station's session; its traffic begins
#
# and goes on until the power goes.
set -uo pipefail
# shellcheck source=tests/vm/guest.sh
. "$TS_TOP/tests/vm/guest.sh"
dir=$1 bearer=$2 wallet=$3
PATH=$TS_O/bin:$TS_O/test:$PATH
box=http://10.66.1.1:2050
mkdir -p /state /run/box
client() { nsenter --net=/run/netns/client -- "$@"; }

modprobe -a virtio_blk virtio_net ext4 veth || guest_die "no modules"
for ((i = 0; i < 100; i++)); do
	[ -b /dev/vda ] && [ -e /sys/class/net/eth0 ] && break
	sleep 0.05
done
mount /dev/vda /state || guest_die "the disk cannot be mounted"
echo "@mounted"

guest_init
guest_load || exit 1
ip addr add 10.0.2.15/24 dev eth0
ip link set eth0 up
ip netns add client
ip link add c0 netns client address 02:00:00:00:00:02 type veth \
	peer name p0 address 02:00:00:00:00:01
client ip addr add 10.66.1.2/24 dev c0
client ip link set c0 up
ip addr add 10.66.1.1/24 dev p0
ip link set p0 up
client ip route add default via 10.66.1.1
echo 1 >/proc/sys/net/ipv4/ip_forward

(umask 077; cp "$dir/key" "$dir/pass" /run/box)
cat >/run/box/tsd.conf <<EOF
run_dir = "/run/box"; state_dir = "/state";
key = { file = "/run/box/key"; passphrase_file = "/run/box/pass"; };
chain = { id = 20180430; tokens_network = "0x0000000000000000000000000000000000007e70";
	tokens = ( { address = "0x00000000000000000000000000000000000070c5"; symbol = "SMT"; decimals = 18; } ); };
channels = ( { partner = "$wallet"; open_block_number = 7; partner_deposit = "1000000"; } );
listen = { http = [ "10.66.1.1:2050" ]; photon = "10.0.2.15:40001"; };
discovery = { mdns = false; };
meter = { driver = "genl"; };
ports = ( { pattern = "p0"; meter = "nf"; } );
rules = ( "local 10.66.1.0/24" );
tariffs = ( { id = 1; local = { up = "0"; down = "0"; }; internet = { up = "1"; down = "1"; }; } );
money = { slice_seconds = 1; slice_min_bytes = 20000; reservation_slices = 2;
	reservation_max = "0.0001"; loss_bearer = "$bearer"; };
EOF
tsd -c /run/box/tsd.conf >/run/box/log 2>&1 &
for ((i = 0; i < 300; i++)); do
	curl -sf -m 3 $box/v1/health >/dev/null && break
	kill -0 $! 2>/dev/null || break
	sleep 0.1
done
power_payer books /state/ledger.db || { tail -n 20 /run/box/log >&2; exit 1; }
echo "@code $(client curl -sf -m 9 $box/v1/session | jq -r .session)"
# Frames of 1000 bytes to the witness; bash writes each line as one datagram.
client bash -c 'line=$(printf "%957s" x)
	exec 3>/dev/udp/10.0.2.2/9000 4<> <(:)
	while :; do echo "$line" >&3; read -rt 0.02 -u 4; done'
