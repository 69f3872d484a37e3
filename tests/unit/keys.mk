# SPDX-License-Identifier: GPL-2.0

keys_unit = $(eval $(call unit,keys_$(1),tests/unit/keys_$(1).c,keys photon,libsecp256k1 nettle libsodium jansson))

$(call keys_unit,file)
$(call keys_unit,passphrase)
