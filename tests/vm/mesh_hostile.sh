# SPDX-License-Identifier: GPL-2.0
# Phases of tests/vm/mesh.sh, which sources this: what neighbours send that no
# batman-adv does, to pass unbilled or to be a nuisance.

# What A sends by hand, to be relayed to C: type, version, ttl, a ttvn that is not
# old, dest, and a frame inside from A to C's device.
RELAYED="400f3240020000000c01020000000c09020000000a090800"

# forge COUNT DST SRC TAGS HEX
forge() { in_ns $A meshframe ab "$1" "$2" "$3" "$4" 200 "$5" >/dev/null; }

c_got_from_b() { got $C "$(mac b 1)"; }
c_got() { [ "$(c_got_from_b)" -ge $((before + $1)) ]; }

# What batman-adv would take, and we might not have looked at.
bypasses() {
	local form name dst tags hex charged
	local forms=(
		"to the other radio's address|$(mac b 3)|0|$RELAYED"
		"behind a tag|$(mac b 2)|1|$RELAYED"
		"of a type that nobody knows|$(mac b 2)|0|4a${RELAYED#40}"
		"with its source|$(mac b 2)|0|420f3240020000000c01020000000a010100020000000c09020000000a090800"
	)

	for form in "${forms[@]}"; do
		IFS='|' read -r name dst tags hex <<<"$form"
		before=$(c_got_from_b) charged=$(paid $B "$b_a" relay up)
		forge 100 "$dst" "$(mac a 1)" "$tags" "$hex"
		check "a frame $name is relayed" until_true 5 c_got $((100 * 214))
		check "... and billed" test "$(paid $B "$b_a" relay up)" -ge $((charged + 100 * 214))
	done
	before=$(on_devices $B .drops.malformed)
	forge 20 "$(mac b 2)" "$(mac a 1)" 2 $RELAYED
	forge 20 "$(mac b 2)" "$(mac a 1)" 3 $RELAYED
	is "frames behind several tags are dropped" \
		"$(($(on_devices $B .drops.malformed) - before))" 40
	on $B account set "$b_a" forbid >/dev/null
	sleep 1
	before=$(c_got_from_b)
	for form in "${forms[@]}"; do
		IFS='|' read -r name dst tags hex <<<"$form"
		forge 100 "$dst" "$(mac a 1)" "$tags" "$hex"
	done
	sleep 1
	check "none of them is relayed for who may not" \
		test "$(c_got_from_b)" -lt $((before + 50 * 214))
	on $B account set "$b_a" normal >/dev/null
}

# A hundred addresses get nothing, cost nothing and push nobody out.
invented() {
	local memory refused from

	memory=$(on $B -j status | jq .memory_bytes)
	refused=$(on_devices $B .drops.stranger)
	from=$(control_of_a)
	before=$(c_got_from_b)
	forge 100 "$(mac b 2)" invented 0 $RELAYED
	forge 3000 "$(mac b 2)" invented 0 $RELAYED
	check "invented addresses are refused" \
		test $(($(on_devices $B .drops.stranger) - refused)) -ge 3000
	check "... all of them" test "$(c_got_from_b)" -lt $((before + 20 * 214))
	is "... for no account" "$(on $B -j account list | jq length)" 2
	is "... for no memory" "$(on $B -j status | jq .memory_bytes)" "$memory"
	check "... in a bounded list" test \
		"$(on $B -j mesh neighbours | jq '[.[] | select(.account == 0)] | length')" -le 256
	check "... and a neighbour's counters are still there" test "$(control_of_a)" -ge "$from"
	check "who pays passes" until_true 5 reaches $K
}

# BCAST 0x01: version, ttl, reserved, a sequence number, an originator.
storm() {
	local refused refused_bytes flow

	links_mark a-b b-c c-b b-a
	refused_bytes=$(counted $B "$A_MACS" rx_refused)
	start in_ns $K iperf3 --logfile /dev/null -c 10.66.2.2 --connect-timeout 20000 -n 60k
	flow=${pids[-1]}
	refused=$(on_devices $B .drops.policed)
	in_ns $A meshframe ab 6000 ff:ff:ff:ff:ff:ff "$(mac a 1)" 0 200 \
		010f320000000001020000000f01ffffffffffff020000000f090806 >/dev/null
	check "a broadcast storm is cut" test "$(on_devices $B .drops.policed)" -gt "$refused"
	measure=control_of_a gain sleep 1
	check "... the routing protocol is not" test "$after" -gt "$before"
	check "... nor is who pays" until_true 5 reaches $K
	check "... whose flow ends well" wait "$flow"
	# Who sends to all counts none of it, and what is refused of that B counts.
	marked[a-b]=$((marked[a-b] - $(counted $B "$A_MACS" rx_refused) + refused_bytes))
	links_agree "in a storm" a-b b-c c-b b-a
	refused=$(on_devices $B .coded_packets)
	forge 5 "$(mac b 2)" "$(mac a 1)" 0 020f32
	forge 5 "$(mac b 2)" "$(mac a 1)" 0 "020f$(printf '%088d' 0)"
	check "network coding is dropped" test $(($(on_devices $B .coded_packets) - refused)) -ge 5
}

malformed_at_c() { [ "$(on_devices $C .drops.malformed)" -ge $((before + $1)) ]; }
policed_at_c() { [ "$(on_devices $C .drops.policed)" -ge $((before + $1)) ]; }
local_at_c() { [ "$(counted $C "$(mac b 1)" rx_local)" -ge $((before + $1)) ]; }

# From B to C, which is a gateway: what batman-adv would deliver to whoever is
# behind it, billed or not.
smuggled() {
	local one="020000000c09020000000a090800" group="01005e000001020000000a0988b5"
	local mcast="050f3200000c070100080001020000000c01"

	before=$(on_devices $C .drops.malformed)
	in_ns $B meshframe bc 20 ff:ff:ff:ff:ff:ff "$(mac b 1)" 0 200 \
		"010f320000000001020000000b01$one" >/dev/null
	in_ns $B meshframe bc 20 "$(mac c 1)" "$(mac b 1)" 0 200 "$mcast$one" >/dev/null
	check "a frame for one inside one for all does not leave the mesh" \
		until_true 3 malformed_at_c 40
	before=$(counted $C "$(mac b 1)" rx_local)
	in_ns $B meshframe bc 5 "$(mac c 1)" "$(mac b 1)" 0 200 "$mcast$group" >/dev/null
	in_ns $B meshframe bc 5 "$(mac c 1)" "$(mac b 1)" 0 200 \
		"400f3240020000000c01$group" >/dev/null
	check "what is for a group passes" until_true 3 local_at_c $((10 * 214))
	before=$(on_devices $C .drops.policed)
	in_ns $B meshframe bc 6000 "$(mac c 1)" "$(mac b 1)" 0 200 \
		"400f3240020000000c01$group" >/dev/null
	check "... not without end" until_true 5 policed_at_c 1
	check "who pays passes" until_true 5 reaches $K
}

# The whole of a packet as one fragment, which nobody sends and batman-adv takes:
# number 0, of 180 bytes.
blind() {
	local frag="410f3200020000000c01020000000b01000100b4" inside=400f3240020000000c01020000000c09

	on $C account revoke "$c_b" >/dev/null
	before=$(counted $C "$(mac b 1)" rx_local) after=$(on_devices $C .drops.dry)
	in_ns $B meshframe bc 1000 "$(mac c 1)" "$(mac b 1)" 0 200 "$frag$inside" >/dev/null
	check "fragments of who is dry are refused" \
		until_true 5 dry_at_c 600
	check "... nearly all, as nobody can look into them" \
		not local_at_c 110000
	before=$(on_devices $C .drops.stranger)
	in_ns $B meshframe bc 200 "$(mac c 1)" invented 0 200 "$frag$inside" >/dev/null
	check "of strangers all" until_true 5 strangers_at_c 200
	on $C grant "$c_b" to $((2 * MUCH)) >/dev/null
	check "who pays passes again" until_true 5 reaches $K
}
dry_at_c() { [ "$(on_devices $C .drops.dry)" -ge $((after + $1)) ]; }
strangers_at_c() { [ "$(on_devices $C .drops.stranger)" -ge $((before + $1)) ]; }
