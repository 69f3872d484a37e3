# SPDX-License-Identifier: GPL-2.0
$(eval $(call helper,billing_bench,$(addprefix tests/bench/,billing_bench.c bench_box.c row.c),billing ledger photon,sqlite3 libsecp256k1 nettle libsodium))
