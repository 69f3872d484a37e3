# SPDX-License-Identifier: GPL-2.0
# A chain and tsd on it, as an operator and a wallet see them; for the scripts here.
# After box_up: wallet account 0 pays (pay AMOUNT), the box is account 1.
cd "$(dirname "${BASH_SOURCE[0]}")/../netns" || exit 1
. ./net.sh
. ./tsd.sh
. "$TOP/tests/chain/wallet.sh"
export O
CONFIRMATIONS=3
# Who gets less settles after so many more blocks (TS_SETTLE_TURN_BLOCKS).
TURN=20
TIMEOUT=60
# tsd asks the chain once in a second.
PAUSE=0.2
TOKENS=100000000000000000000	# 100

ctl() { in_ns $R tsctl -j -c "$W/tsd.conf" "$@"; }
known() { ctl channel list | jq -e --arg s "$1" --argjson b "$2" \
	'any(.[]; .state == $s and .open_block_number == $b)'; }
credited() { ctl channel list | jq -e --argjson b "$1" \
	'any(.[]; .open_block_number == $b and .partner_deposit_wei == "'$TOKENS'")'; }
paid() { ctl channel list | jq -r 'map(select(.open_block_number == '"$1"'))[0].transferred_wei'; }
shown() { [ "$(wallet channel 0 1 | cut -d' ' -f2)" -gt 0 ]; }
settled() { [ "$(wallet channel 0 1 | cut -d' ' -f1)" = 0 ]; }
nothing_under_way() { [ "$(ctl chain status | jq '.transactions | length')" = 0 ]; }
following() { [ "$(ctl chain status | jq -r .state)" = at-head ]; }

# Since $from, a line of the log.
noted() { tail -n +$from "$W/tsd.log" | grep -q "$1 of channel .* is to be sent"; }
sent() { tail -n +$from "$W/tsd.log" | grep -q "$1, transaction .*: is sent"; }
sent_again() { [ "$(tail -n +$from "$W/tsd.log" | grep -c "$1, transaction .*: is sent")" -gt 1 ]; }
mined() { ctl chain status | jq -e --arg w "$1" 'any(.transactions[]; .what == $w and .state == "mined")'; }
# Dies as soon as that step is done; comes back at once.
die_when() { # noted|sent|mined WHAT
	PAUSE=0.05 until_true 60 "$@" || return 1
	tsd_kill
	tsd_start
	until_true 20 tsd_healthy
}
known_with() { # PARTNER OUR-DEPOSIT
	ctl channel list | jq -e --arg p "$1" --arg d "$2" \
		'any(.[]; (.partner_address | ascii_downcase) == $p and .state == "open" and .deposit_wei == $d)'
}
closed_with() { [ "$(wallet channel 1 "$1" | cut -d' ' -f1)" = 2 ]; }
gone_with() { [ "$(wallet channel 1 "$1" | cut -d' ' -f1)" = 0 ]; }
difference() { wallet sum "$1 - $2"; }

# As many blocks as it takes until it is so.
mine_until() { # SECONDS COMMAND...
	local end=$((SECONDS + $1 * PATIENCE)); shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -ge $end ] && return 1
		mine 1
		sleep 0.3
	done
}

about() { jq -r "$1" "$W/chain"; }

# tsd.conf; set before: MONEY, PRICE, TOKEN, SECOND, RULES where they are not the usual;
# MORE_LISTEN, MORE_TARIFFS, MORE: keys of listen, further tariffs, keys of all.
box_config() {
	cat >"$W/tsd.conf" <<-CONF
	run_dir = "$W"; state_dir = "$W";
	key = { file = "$W/key"; passphrase_file = "$W/pass"; };
	chain = { id = $(about .chain_id); tokens_network = "$(about .contracts.tokens_network)";
		tokens = ( { ${TOKEN:-address = \"$(about .contracts.erc20)\"; symbol = \"MESH\"; decimals = 18;} } );
		rpc = "$(about .rpc)"; second_rpc = "${SECOND:-$(about .rpc)}"; second_above = "50"; poll_seconds = 1; confirmations = $CONFIRMATIONS; };
	listen = { http = [ "10.66.1.1:2050" ]; photon = "10.66.1.1:40001"; ${MORE_LISTEN:-} };
	meter = { driver = "$DRIVER"; };
	ports = ( { pattern = "p0"; meter = "$METER"; } );
	rules = ( "free udp 53", "local 10.66.1.0/24"${RULES:+, $RULES} );
	tariffs = ( { id = 1; local = { up = "0"; down = "0"; }; internet = { up = "${PRICE:-1}"; down = "${PRICE:-1}"; }; }${MORE_TARIFFS:+, $MORE_TARIFFS} );
	money = { ${MONEY:-min_settle_timeout = 40;} };
	${MORE:-}
	CONF
}

serving() {
	until_true 20 tsd_healthy && return
	not_ok "tsd serves"
	sed 's/^/# /' "$W/tsd.log"
	done_testing
	exit 1
}

# The chain, and the keys of both.
chain_up() { # [OPTION OF chain start...]
	net_up
	mkdir -p "$O/chain"
	in_ns $R "$TOP/tests/chain/chain" start "$W/chain" $$ "$@" ||
		{ echo "Bail out! no chain"; exit 1; }
	(umask 077; echo "a passphrase of the tests" >"$W/pass")
	cheapkey "$W/wallet" "$W/pass" "$(about '.accounts[0].private_key[2:]')" >/dev/null
	cheapkey "$W/key" "$W/pass" "$(about '.accounts[1].private_key[2:]')" >/dev/null
}

# And tsd, which follows it.
box_up() { # [OPTION OF chain start...]
	chain_up "$@"
	wallet_up
	box_config
	tsd_start
	serving
	check "tsd follows the chain" until_true 20 following
}

box_done() {
	check "no transaction failed" test "$(grep -c 'transaction .*: failed' "$W/tsd.log")" = 0
	[ "$n_failed" = 0 ] || sed 's/^/# /' "$W/tsd.log"
	done_testing
}

# The rest is told by a script that starts and kills tsd itself.
scene() { # SCRIPT
	NODE_PATH=$O/chain/node_modules in_ns $R node "$TOP/tests/chain/$1" "$W" "$BOX" $CONFIRMATIONS $C
}
