# SPDX-License-Identifier: GPL-2.0
$(eval $(call fuzzer,relay_game,tests/fuzz/relay_game.c tests/unit/relay_pair.c,relay ledger photon,sqlite3 libsecp256k1 nettle libsodium cmocka))
