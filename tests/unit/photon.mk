# SPDX-License-Identifier: GPL-2.0

photon_unit = $(eval $(call unit,photon_$(1),tests/unit/photon_$(1).c $(2),photon,libsecp256k1 nettle libsodium))

$(call photon_unit,u256)
$(call photon_unit,hash)
$(call photon_unit,sign)
$(call photon_unit,form,tests/unit/photon_pair.c)
$(call photon_unit,message)
$(call photon_unit,channel,tests/unit/photon_pair.c)
$(call photon_unit,memo)
$(call photon_unit,mirror,tests/unit/photon_pair.c)
$(call photon_unit,roam,tests/unit/photon_pair.c)
$(call photon_unit,life_random,$(addprefix tests/unit/photon_sim,.c _chain.c _oracle.c))
$(call photon_unit,life,tests/unit/photon_ends.c tests/unit/photon_pair.c)
$(call photon_unit,restored,tests/unit/photon_ends.c tests/unit/photon_pair.c)
$(call photon_unit,cosign,tests/unit/photon_ends.c tests/unit/photon_pair.c)
$(call photon_unit,outbox,tests/unit/photon_ends.c tests/unit/photon_pair.c)
$(call photon_unit,hop,tests/unit/photon_ends.c tests/unit/photon_pair.c)
