# SPDX-License-Identifier: GPL-2.0

BILLING_TEST_BOX := tests/unit/billing_box.c tests/unit/ledger_vfs.c
billing_unit = $(eval $(call unit,$(1),tests/unit/$(1).c $(BILLING_TEST_BOX),billing ledger photon,sqlite3 libsecp256k1 nettle libsodium))

$(call billing_unit,billing_random)
$(call billing_unit,billing)
$(call billing_unit,billing_attack)
$(call billing_unit,billing_edge)
$(call billing_unit,billing_idle)
$(call billing_unit,billing_attach)
$(call billing_unit,billing_onchain)
billing_far = $(eval $(call unit,$(1),tests/unit/$(1).c tests/unit/billing_far.c $(BILLING_TEST_BOX),billing ledger photon,sqlite3 libsecp256k1 nettle libsodium))
$(call billing_far,billing_peer)
$(call billing_far,billing_refund)
$(call billing_far,billing_carrying)
$(call billing_unit,billing_tokens)
$(call billing_unit,billing_upstream)
billing_lost = $(eval $(call unit,$(1),tests/unit/$(1).c tests/unit/billing_lost.c $(BILLING_TEST_BOX),billing ledger chain photon,sqlite3 jansson libsecp256k1 nettle libsodium))
$(call billing_lost,billing_restore)
$(call billing_lost,billing_evidence)
$(call billing_unit,ledger)
$(eval $(call unit,ledger_life,tests/unit/ledger_life.c tests/unit/photon_ends.c tests/unit/photon_pair.c,ledger photon,sqlite3 libsecp256k1 nettle libsodium))
$(eval $(call unit,ledger_mirrored,tests/unit/ledger_mirrored.c tests/unit/photon_ends.c tests/unit/photon_pair.c,ledger photon,sqlite3 libsecp256k1 nettle libsodium))
