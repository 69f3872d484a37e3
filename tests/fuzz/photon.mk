# SPDX-License-Identifier: GPL-2.0

photon_fuzzer = $(eval $(call fuzzer,photon_$(1),tests/fuzz/photon_$(1).c $(2),photon,libsecp256k1 nettle libsodium))

$(call photon_fuzzer,message)
$(call photon_fuzzer,channel,tests/unit/photon_pair.c)
$(call photon_fuzzer,memo)
$(call photon_fuzzer,roam)
$(call photon_fuzzer,sponsor)
$(call photon_fuzzer,life,$(addprefix tests/unit/photon_sim,.c _chain.c _oracle.c))
$(call photon_fuzzer,hostile,tests/unit/photon_pair.c)
