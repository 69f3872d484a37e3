# SPDX-License-Identifier: GPL-2.0
tsd_unit = $(eval $(call unit,$(1),tests/unit/$(1).c,tsd billing chain discovery photon tokenswitch,libconfig jansson libnftables libmnl libsecp256k1 nettle libsodium,-lev))

$(call tsd_unit,config)
$(call tsd_unit,tsd_parts)
