# SPDX-License-Identifier: GPL-2.0
$(eval $(call fuzzer,relay_game,tests/fuzz/relay_game.c $(addprefix tests/unit/,relay_pair.c relay_pair_life.c relay_pair_traffic.c),relay ledger photon,sqlite3 libsecp256k1 nettle libsodium cmocka))
