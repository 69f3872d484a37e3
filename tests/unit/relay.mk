# SPDX-License-Identifier: GPL-2.0

relay_unit = $(eval $(call unit,$(1),tests/unit/$(1).c tests/unit/relay_pair.c,relay ledger photon,sqlite3 libsecp256k1 nettle libsodium))

$(call relay_unit,relay)
$(call relay_unit,relay_random)
$(call relay_unit,relay_liars)
$(call relay_unit,relay_forms)
$(eval $(call unit,ledger_relay,tests/unit/ledger_relay.c tests/unit/ledger_one.c tests/unit/ledger_dir.c,ledger photon,sqlite3 libsecp256k1 nettle libsodium))
