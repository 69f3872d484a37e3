# SPDX-License-Identifier: GPL-2.0
$(eval $(call unit,admin_history,tests/unit/admin_history.c,admin photon,libsodium libsecp256k1 nettle))
