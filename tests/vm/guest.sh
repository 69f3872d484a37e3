# SPDX-License-Identifier: GPL-2.0
# Helpers for scripts that run inside the test VM; to be sourced:
#
#   . "$TS_TOP/tests/vm/guest.sh"
#   guest_init                   file systems, loopback
#   guest_install                "modprobe tokenswitch" finds it, and the kernel
#                                does by the family's alias
#   guest_load [PARAM=VALUE...]  tokenswitch.ko of this kernel
#   guest_unload                 away with it; fails if something holds it
#
# TS_TOP and TS_O are the tree and its build folder, set by tests/vm/init.

if [ "${TS_VM:-}" != 1 ]; then
	echo "guest.sh: this belongs into the test VM; see tests/vm/boot" >&2
	exit 1
fi
TS_KO=$TS_O/kmod-$(uname -r)/tokenswitch.ko
[ -e "$TS_KO" ] || TS_KO=$TS_O/kmod-$(uname -r)/kmod/tokenswitch.ko
export TS_KO

guest_die() {
	echo "guest: $*" >&2
	exit 1
}

# guest_mount TYPE DIR: unless it is there already
guest_mount() {
	mountpoint -q "$2" || mount -t "$1" "$1" "$2" ||
		guest_die "cannot mount $1 on $2"
}

guest_init() {
	guest_mount bpf /sys/fs/bpf
	guest_mount debugfs /sys/kernel/debug
	guest_mount tracefs /sys/kernel/tracing
	ip link set lo up
	echo 1 >/proc/sys/net/core/bpf_jit_enable
	guest_keep_patched
}

# The kernel patches its own code when the first hook of a kind comes and when
# the last goes.  With a thread for each CPU, QEMU 7.2 may run a breakpoint of
# that patching after it is over: "Oops: int3", with nft alone as with our
# module, in each of 2 runs that did it 60 times under traffic, and in none
# that had these.  So one hook of each kind stays, where no packet passes, and
# one socket that wants timestamps, which each ping would switch on and off.
guest_keep_patched() {
	modprobe -a nf_tables sch_ingress
	tc qdisc add dev lo clsact
	setsid ping -q -i 36000 127.0.0.1 </dev/null >/dev/null 2>&1 &
	nft -f - <<-EOF || guest_die "no nftables for the hooks that stay"
	table netdev keep {
		chain ingress {
			type filter hook ingress device lo priority 0
		}
		chain egress {
			type filter hook egress device lo priority 0
		}
	}
	$(guest_keep_hooks inet)
	$(guest_keep_hooks bridge)
	EOF
}

guest_keep_hooks() { # FAMILY
	local hook

	echo "table $1 keep {"
	for hook in prerouting input forward output postrouting; do
		echo "chain $hook { type filter hook $hook priority 0; }"
	done
	echo "}"
}

# insmod, unlike modprobe, loads nothing that a module needs: ask it and do so.
guest_load() {
	local dep deps

	[ -e "$TS_KO" ] || guest_die "$TS_KO is not built; run: make modules KDIR=/usr/src/linux-headers-$(uname -r)"
	deps=$(modinfo -F depends "$TS_KO") || return
	for dep in ${deps//,/ }; do
		modprobe "$dep" || guest_die "tokenswitch needs '$dep', which this kernel does not have"
	done
	insmod "$TS_KO" "$@"
}

# depmod would read four thousand modules through 9p; a line of modprobe's
# configuration does the same for one.
guest_install() {
	local deps alias

	[ -e "$TS_KO" ] || guest_die "$TS_KO is not built"
	deps=$(modinfo -F depends "$TS_KO") || return
	{
		echo "install tokenswitch ${deps:+modprobe -a ${deps//,/ } && }insmod $TS_KO \$CMDLINE_OPTS"
		for alias in $(modinfo -F alias "$TS_KO"); do
			echo "alias $alias tokenswitch"
		done
	} >/etc/modprobe.d/tokenswitch.conf
}

guest_unload() {
	rmmod tokenswitch
}

# As the start file of tests/vm/shell.
case $- in
*i*)
	PS1='[\h \W]# '
	guest_init
	[ ! -e "$TS_KO" ] || guest_load
	;;
esac
