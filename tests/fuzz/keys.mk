# SPDX-License-Identifier: GPL-2.0
$(eval $(call fuzzer,keys_keystore,tests/fuzz/keys_keystore.c,keys photon,libsecp256k1 nettle libsodium jansson))
