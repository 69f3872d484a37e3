# SPDX-License-Identifier: GPL-2.0
portal_unit = $(eval $(call unit,$(1),tests/unit/$(1).c tests/unit/portal_client.c tests/unit/portal_fixture.c,portal chain photon,$(PORTAL_PKGS) libsecp256k1 nettle libsodium,-lev))

$(call portal_unit,portal)
$(call portal_unit,portal_captive)
$(call portal_unit,portal_chain)
$(call portal_unit,portal_fas)
$(call portal_unit,portal_form)
$(call portal_unit,portal_https)
$(call portal_unit,portal_page)
$(call portal_unit,portal_posts)
$(call portal_unit,portal_streams)
$(call portal_unit,portal_hostile)
$(call portal_unit,portal_wallet)
