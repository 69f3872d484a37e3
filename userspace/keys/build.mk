# SPDX-License-Identifier: GPL-2.0
#
# libkeys: encrypted key files and keystores.  Link it before libphoton, and with:
# jansson libsecp256k1 nettle libsodium.

$(eval $(call library,keys,$(addprefix userspace/keys/, \
	error.c keyfile.c keystore.c keystore_json.c keyverb.c newfile.c \
	oldfile.c passphrase.c)))
