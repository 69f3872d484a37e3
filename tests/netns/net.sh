# SPDX-License-Identifier: GPL-2.0
# Shared by the network tests: namespaces with names of our own, TAP, clean-up.
#
#   client (c0) --- (p0) router (u0) --- (s0) server
#   10.66.1.2        10.66.1.1  10.66.2.1     10.66.2.2     fd66:1::/64, fd66:2::/64
#
# net_up [bridged] [vlan ID]; then $C, $R, $S are the namespaces and in_ns runs
# in one with bpffs visible ("ip netns exec" would hide it).

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
O=${O:-build}
case $O in /*) ;; *) O=$TOP/$O ;; esac
PATH=$O/bin:$O/test:$PATH:/usr/sbin:/sbin
T=ts$$
C=$T-c R=$T-r S=$T-s
n_tests=0 n_failed=0
pids=()

# Where systemd does not, we do; it stays, as it would there.
[ "$(stat -f -c %T /sys/fs/bpf)" = bpf_fs ] || mount -t bpf bpf /sys/fs/bpf

in_ns() { local ns=$1; shift; nsenter --net=/run/netns/"$ns" -- "$@"; }

ok()     { n_tests=$((n_tests + 1)); echo "ok $n_tests - $*"; }
not_ok() { n_tests=$((n_tests + 1)); n_failed=$((n_failed + 1)); echo "not ok $n_tests - $*"; }
skip()   { n_tests=$((n_tests + 1)); echo "ok $n_tests - $1 # SKIP $2"; }
note()   { echo "# $*"; }
# is NAME GOT WANT
is() { if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1"; note "got '$2', want '$3'"; fi; }
# check NAME COMMAND...: passes when the command does
check() { local name=$1; shift; if "$@"; then ok "$name"; else not_ok "$name"; fi; }
done_testing() { echo "1..$n_tests"; [ "$n_failed" = 0 ]; }

# start [in_ns NAMESPACE] COMMAND...: in the background, ended by clean-up; $! is
# the command itself, not a shell around it.
start() {
	if [ "$1" = in_ns ]; then
		nsenter --net=/run/netns/"$2" -- "${@:3}" &
	else
		"$@" &
	fi
	pids+=($!)
}
stop() { kill "$1" 2>/dev/null; wait "$1" 2>/dev/null; true; }

# until_true SECONDS COMMAND...; PATIENCE: so many times slower than hardware is
# this machine; PAUSE: seconds between two tries.
PATIENCE=${PATIENCE:-1}
PAUSE=0.05
until_true() {
	local end=$((SECONDS + $1 * PATIENCE)); shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -ge $end ] && return 1
		sleep $PAUSE
	done
}

net_down() {
	local p ns
	for p in "${pids[@]}"; do kill "$p" 2>/dev/null; done
	for p in "${pids[@]}"; do wait "$p" 2>/dev/null; done
	pids=()
	if [ -e /run/netns/$R ]; then
		in_ns $R tsctl -d bpf meter destroy >/dev/null 2>&1
		[ -e /sys/module/tokenswitch ] && in_ns $R tsctl -d genl meter destroy >/dev/null 2>&1
	fi
	for ns in $C $R $S; do ip netns del $ns 2>/dev/null; done
	true
}
trap net_down EXIT
trap 'exit 130' INT TERM

ns_add() {
	ip netns add "$1"
	in_ns "$1" sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0 \
		net.ipv6.conf.default.router_solicitations=0
	in_ns "$1" ip link set lo up
}

# Addresses of the client's side go to client device $1 and router device $2.
net_addresses() {
	in_ns $C ip addr add 10.66.1.2/24 dev "$1"
	in_ns $C ip addr add fd66:1::2/64 dev "$1" nodad
	in_ns $R ip addr add 10.66.1.1/24 dev "$2"
	in_ns $R ip addr add fd66:1::1/64 dev "$2" nodad
	in_ns $C ip route add default via 10.66.1.1
	in_ns $C ip -6 route add default via fd66:1::1
}

net_up() {
	local bridged= vlan= cdev=c0 rdev=p0
	while [ $# -gt 0 ]; do
		case $1 in
		bridged) bridged=1 ;;
		vlan) vlan=$2; shift ;;
		esac
		shift
	done
	for ns in $C $R $S; do ns_add $ns; done
	ip link add c0 netns $C address 02:00:00:00:00:02 type veth \
		peer name p0 netns $R address 02:00:00:00:00:01
	ip link add u0 netns $R type veth peer name s0 netns $S
	in_ns $R sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	if [ -n "$bridged" ]; then
		in_ns $R ip link add br0 address 02:00:00:00:00:01 type bridge forward_delay 0 \
			stp_state 0 mcast_snooping 0
		in_ns $R ip link set p0 master br0
		in_ns $R ip link set br0 up
		rdev=br0
	fi
	in_ns $C ip link set c0 up
	in_ns $R ip link set p0 up
	if [ -n "$vlan" ]; then
		in_ns $C ip link add c0.$vlan link c0 type vlan id $vlan
		in_ns $R ip link add $rdev.$vlan link $rdev type vlan id $vlan
		in_ns $C ip link set c0.$vlan up
		in_ns $R ip link set $rdev.$vlan up
		cdev=c0.$vlan rdev=$rdev.$vlan
	fi
	net_addresses $cdev $rdev
	in_ns $R ip addr add 10.66.2.1/24 dev u0
	in_ns $R ip addr add fd66:2::1/64 dev u0 nodad
	in_ns $S ip addr add 10.66.2.2/24 dev s0
	in_ns $S ip addr add fd66:2::2/64 dev s0 nodad
	in_ns $R ip link set u0 up
	in_ns $S ip link set s0 up
	in_ns $S ip route add default via 10.66.2.1
	in_ns $S ip -6 route add default via fd66:2::1
	# The bridge's zone, or the port's.
	ZONE=${bridged:+br0}; ZONE=${ZONE:-p0}
}

# stat ACCOUNT CLASS DIR FIELD: a counter of an account
stat() {
	in_ns $R tsctl ${DRIVER:+-d $DRIVER} -j account show "$1" |
		jq -r --arg c "$2" --arg d "$3" --arg f "$4" \
			'[.stats[] | select(.class == $c and .dir == $d) | .[$f]][0] // "0"'
}
field() { in_ns $R tsctl ${DRIVER:+-d $DRIVER} -j account show "$1" | jq -r ".$2"; }

# What arrives at a device from or for the other end's address, counted by framecount.
# Of that address: a SYN that finds the budget dry is answered by the router itself (its
# TTL was set to 1), which is of class local and costs nothing.
witness() { # NAMESPACE DEVICE FD OTHER-END
	eval "exec $3< <(exec nsenter --net=/run/netns/$1 -- framecount $2 $4)"
	pids+=($!)
	eval "witness_pid_$3=$!"
	read -r -u "$3" _
}
testify() { # FD: sets frames_in bytes_in lost
	local f b of ob
	eval "kill \$witness_pid_$1"
	read -r -u "$1" f b of ob lost
	eval "exec $1<&-"
	frames_in=$f bytes_in=$b
}

# What came down to the client from OTHER-END, and what came up to the server.
witnesses() { # OTHER-END
	witness $C c0 8 "$1"
	witness $S s0 9 10.66.1.2
}
testify_both() { # sets seen: bytes of both directions, or what went wrong
	local down lost_down
	testify 8; down=$bytes_in lost_down=$lost
	testify 9; seen=$((down + bytes_in))
	[ "$lost_down$lost" = 00 ] || seen="the witnesses lost frames"
}
