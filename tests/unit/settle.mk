# SPDX-License-Identifier: GPL-2.0
settle_sender = $(eval $(call unit,$(1),tests/unit/$(1).c $(addprefix tests/unit/,settle_sender.c settle_node.c ledger_one.c ledger_dir.c),settle ledger chain photon,sqlite3 jansson libsecp256k1 nettle libsodium))
$(call settle_sender,settle_transactions)
$(call settle_sender,settle_restored)
$(call settle_sender,settle_random)
$(eval $(call unit,settle_calls,tests/unit/settle_calls.c tests/unit/photon_ends.c tests/unit/photon_pair.c,settle ledger chain photon,sqlite3 jansson libsecp256k1 nettle libsodium))
settle_mirror = $(eval $(call unit,$(1),tests/unit/$(1).c $(addprefix tests/unit/,settle_mirror.c ledger_one.c ledger_dir.c photon_ends.c photon_pair.c),settle ledger chain photon,sqlite3 jansson libsecp256k1 nettle libsodium))
$(call settle_mirror,settle_mirrored)
$(call settle_mirror,settle_shown)
