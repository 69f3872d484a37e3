# SPDX-License-Identifier: GPL-2.0
$(eval $(call helper,billing_bench,tests/bench/billing_bench.c tests/bench/bench_box.c,billing ledger photon,sqlite3 libsecp256k1 nettle libsodium))
