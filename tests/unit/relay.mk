# SPDX-License-Identifier: GPL-2.0

RELAY_PAIR := relay_pair.c relay_pair_life.c relay_pair_traffic.c
relay_unit = $(eval $(call unit,$(1),$(addprefix tests/unit/,$(1).c $(2) $(RELAY_PAIR)),relay ledger photon,sqlite3 libsecp256k1 nettle libsodium))

$(call relay_unit,relay,relay_scene.c)
$(call relay_unit,relay_lies,relay_scene.c)
$(call relay_unit,relay_books,relay_scene.c)
$(call relay_unit,relay_random)
$(call relay_unit,relay_liars,relay_scene.c)
$(call relay_unit,relay_forms)
$(eval $(call unit,relay_owe,tests/unit/relay_owe.c,relay ledger photon,sqlite3 libsecp256k1 nettle libsodium))
$(eval $(call unit,ledger_relay,tests/unit/ledger_relay.c tests/unit/ledger_one.c tests/unit/ledger_dir.c,ledger photon,sqlite3 libsecp256k1 nettle libsodium))
