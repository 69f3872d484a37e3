# SPDX-License-Identifier: GPL-2.0

# The box of these tests, which tests/fuzz plays with too.
$(eval $(call library,billing_box,$(addprefix tests/unit/,billing_box.c billing_box_meter.c \
	billing_box_books.c billing_box_wallet.c billing_one.c ledger_vfs.c ledger_dir.c)))
billing_unit = $(eval $(call unit,$(1),tests/unit/$(1).c,billing_box billing ledger photon,sqlite3 libsecp256k1 nettle libsodium))

$(call billing_unit,billing_random)
$(call billing_unit,billing)
$(call billing_unit,billing_attack)
$(call billing_unit,billing_edge)
$(call billing_unit,billing_idle)
$(call billing_unit,billing_attach)
$(call billing_unit,billing_onchain)
$(eval $(call unit,billing_roam,tests/unit/billing_roam.c tests/unit/roam_town.c,billing_box billing ledger photon,sqlite3 libsecp256k1 nettle libsodium))
billing_far = $(eval $(call unit,$(1),tests/unit/$(1).c tests/unit/billing_far.c,billing_box billing ledger photon,sqlite3 libsecp256k1 nettle libsodium))
$(call billing_far,billing_peer)
$(call billing_far,billing_refund)
$(call billing_far,billing_carrying)
$(call billing_far,billing_revenue)
$(call billing_unit,billing_tokens)
$(call billing_unit,billing_upstream)
billing_lost = $(eval $(call unit,$(1),tests/unit/$(1).c tests/unit/billing_lost.c,billing_box billing ledger chain photon,sqlite3 jansson libsecp256k1 nettle libsodium))
$(call billing_lost,billing_restore)
$(call billing_lost,billing_evidence)
$(call billing_unit,ledger)
$(eval $(call unit,ledger_roam,tests/unit/ledger_roam.c tests/unit/ledger_dir.c,ledger photon,sqlite3 libsecp256k1 nettle libsodium))
$(eval $(call unit,ledger_life,tests/unit/ledger_life.c tests/unit/ledger_dir.c tests/unit/photon_ends.c tests/unit/photon_pair.c,ledger photon,sqlite3 libsecp256k1 nettle libsodium))
$(eval $(call unit,ledger_mirrored,tests/unit/ledger_mirrored.c tests/unit/ledger_dir.c tests/unit/photon_ends.c tests/unit/photon_pair.c,ledger photon,sqlite3 libsecp256k1 nettle libsodium))
