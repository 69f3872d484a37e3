# SPDX-License-Identifier: GPL-2.0
#
# libkeys: encrypted key files.  Link it before libphoton, and with:
# jansson libsecp256k1 nettle libsodium.

$(eval $(call library,keys,$(addprefix userspace/keys/, \
	error.c keyfile.c newfile.c passphrase.c)))
