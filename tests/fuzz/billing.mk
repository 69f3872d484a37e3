# SPDX-License-Identifier: GPL-2.0
$(eval $(call fuzzer,billing,tests/fuzz/billing.c tests/unit/billing_box.c tests/unit/ledger_vfs.c tests/unit/ledger_dir.c,billing ledger photon,sqlite3 libsecp256k1 nettle libsodium cmocka))
