# SPDX-License-Identifier: GPL-2.0
$(eval $(call helper,portal_bench,tests/bench/portal_bench.c,photon,libsecp256k1 nettle libsodium gnutls))
