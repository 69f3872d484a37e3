# SPDX-License-Identifier: GPL-2.0
$(eval $(call helper,pay_guard,tests/guard/pay_guard.c tests/bench/bench_box.c tests/bench/row.c,billing ledger photon,sqlite3 libsecp256k1 nettle libsodium))
