# SPDX-License-Identifier: GPL-2.0
$(eval $(call unit,admin_history,tests/unit/admin_history.c,admin photon,libsodium libsecp256k1 nettle))
$(eval $(call unit,admin_guard,tests/unit/admin_guard.c,admin portal keys chain photon,$(PORTAL_PKGS) libsodium libsecp256k1 nettle,-lev))
$(eval $(call unit,admin_page,tests/unit/admin_page.c,admin portal keys chain photon,$(PORTAL_PKGS) libsodium libsecp256k1 nettle,-lev))
