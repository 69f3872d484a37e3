# SPDX-License-Identifier: GPL-2.0
TSPAY_PARTS := $(filter-out userspace/tspay/main.c,$(wildcard userspace/tspay/*.c))
TSPAY_LIBS := tspay settle ledger chain keys discovery photon
TSPAY_PKGS := libcurl jansson sqlite3 libsodium libsecp256k1 nettle
$(eval $(call library,tspay,$(TSPAY_PARTS)))
$(eval $(call program,tspay,userspace/tspay/main.c,$(TSPAY_LIBS),$(TSPAY_PKGS)))
