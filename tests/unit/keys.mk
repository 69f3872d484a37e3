# SPDX-License-Identifier: GPL-2.0

keys_unit = $(eval $(call unit,keys_$(1),tests/unit/keys_$(1).c $(2),keys photon,libsecp256k1 nettle libsodium jansson))

$(call keys_unit,file,tests/unit/keys_dir.c)
$(call keys_unit,keystore,tests/unit/keys_dir.c)
$(call keys_unit,keyverb,tests/unit/keys_dir.c)
$(call keys_unit,passphrase)
