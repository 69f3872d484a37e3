# SPDX-License-Identifier: GPL-2.0
$(eval $(call fuzzer,billing,tests/fuzz/billing.c,billing_box billing ledger photon,sqlite3 libsecp256k1 nettle libsodium cmocka))
