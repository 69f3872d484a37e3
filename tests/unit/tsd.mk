# SPDX-License-Identifier: GPL-2.0
# $(call tsd_unit,NAME[,MORE SOURCES])
tsd_unit = $(eval $(call unit,$(1),tests/unit/$(1).c $(2),tsd billing chain discovery photon tokenswitch,libconfig jansson libnftables libmnl libsecp256k1 nettle libsodium,-lev))

$(call tsd_unit,config,tests/unit/config_text.c)
$(call tsd_unit,config_joint,tests/unit/config_text.c)
$(call tsd_unit,tsd_carry_limit)
$(call tsd_unit,tsd_parts)
$(call tsd_unit,tsd_ndsctl)
$(call tsd_unit,tsd_opennds)
$(eval $(call unit,tsd_mirror,tests/unit/tsd_mirror.c tests/unit/photon_ends.c tests/unit/photon_pair.c,tsd portal chain photon,libcurl $(PORTAL_PKGS) libsecp256k1 nettle libsodium,-lev))
$(eval $(call unit,tsd_mesh_claim,tests/unit/tsd_mesh_claim.c,tsd mesh discovery photon tokenswitch,jansson libmnl libbpf libnl-genl-3.0 libsecp256k1 nettle libsodium,-lev))
$(eval $(call unit,tsd_bypass,tests/unit/tsd_bypass.c,tsd,jansson))

carrier_unit = $(eval $(call unit,$(1),tests/unit/$(1).c tests/unit/carrier_scene.c tests/unit/carrier_node.c,tsd chain photon,libcurl jansson libsecp256k1 nettle libsodium,-lev -Xlinker --wrap=ts_rpc_watch_new -Xlinker --wrap=ts_rpc_send))

$(call carrier_unit,tsd_carrier)
$(call carrier_unit,tsd_carrier_send)
