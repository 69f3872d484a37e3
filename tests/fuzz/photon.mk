# SPDX-License-Identifier: GPL-2.0

photon_fuzzer = $(eval $(call fuzzer,photon_$(1),tests/fuzz/photon_$(1).c $(2),photon,libsecp256k1 nettle libsodium))

$(call photon_fuzzer,message)
$(call photon_fuzzer,channel,tests/unit/photon_pair.c)
$(call photon_fuzzer,memo)
$(call photon_fuzzer,life,tests/unit/photon_sim.c tests/unit/photon_sim_chain.c)
$(call photon_fuzzer,hostile,tests/unit/photon_pair.c)
