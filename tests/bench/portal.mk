# SPDX-License-Identifier: GPL-2.0
$(eval $(call helper,portal_bench,tests/bench/portal_bench.c tests/bench/bench_wallet.c,photon,libsecp256k1 nettle libsodium gnutls))
$(eval $(call helper,pay_pass,tests/bench/pay_pass.c tests/bench/bench_wallet.c,photon,libsecp256k1 nettle libsodium))
$(eval $(call helper,full_box,tests/bench/full_box.c tests/bench/bench_wallet.c,tsd $(filter-out tsd,$(TSD_LIBRARIES)),$(TSD_PACKAGES),-lev))
