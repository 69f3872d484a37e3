# SPDX-License-Identifier: GPL-2.0
$(eval $(call program,tsctl,$(wildcard userspace/tsctl/*.c) userspace/admin/secret.c,keys ledger chain photon mesh tokenswitch,libnl-genl-3.0 sqlite3 libbpf libmnl jansson libsodium libsecp256k1 nettle libconfig))

$(foreach v,$(VARIANTS),$(O)/$(v)/userspace/tsctl/main.o $(O)/$(v)/userspace/tsctl/portal.o): $(CONFIG_PATH_H)
