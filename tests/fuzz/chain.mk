# SPDX-License-Identifier: GPL-2.0
$(eval $(call fuzzer,chain_answer,tests/fuzz/chain_answer.c,chain photon,jansson libsecp256k1 nettle libsodium))
