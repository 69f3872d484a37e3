# SPDX-License-Identifier: GPL-2.0

chain_unit = $(eval $(call unit,chain_$(1),tests/unit/chain_$(1).c $(2),chain photon,libcurl jansson libsecp256k1 nettle libsodium))

$(call chain_unit,tx)
$(call chain_unit,calls)
$(call chain_unit,carry)
$(call chain_unit,event)
$(call chain_unit,answer)
$(call chain_unit,follow,tests/unit/chain_watch.c tests/unit/chain_sim.c)
$(call chain_unit,follow_node,tests/unit/chain_watch.c tests/unit/chain_sim.c)
$(eval $(call unit,chain_rpc,tests/unit/chain_rpc.c,tsd chain photon,libcurl jansson libsecp256k1 nettle libsodium,-lev))
