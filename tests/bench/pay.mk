# SPDX-License-Identifier: GPL-2.0
$(eval $(call helper,pay_bench,$(addprefix tests/bench/,pay_bench.c pay_box.c bench_box.c),tsd billing ledger photon,sqlite3 libsecp256k1 nettle libsodium jansson,-lev))
