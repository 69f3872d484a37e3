# SPDX-License-Identifier: GPL-2.0

chain_fuzzer = $(eval $(call fuzzer,chain_$(1),tests/fuzz/chain_$(1).c,chain photon,jansson libsecp256k1 nettle libsodium))

$(call chain_fuzzer,answer)
$(call chain_fuzzer,follow)
$(call chain_fuzzer,carry)
