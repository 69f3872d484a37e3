# SPDX-License-Identifier: GPL-2.0
$(eval $(call unit,portal,tests/unit/portal.c,portal chain photon,libmicrohttpd jansson libsecp256k1 nettle libsodium,-lev))
