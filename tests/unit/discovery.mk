# SPDX-License-Identifier: GPL-2.0

discovery_unit = $(eval $(call unit,$(1),tests/unit/$(1).c,discovery photon,libsecp256k1 nettle libsodium))

$(call discovery_unit,discovery_mdns)
$(call discovery_unit,discovery_peers)
