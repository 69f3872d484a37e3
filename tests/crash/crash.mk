# SPDX-License-Identifier: GPL-2.0
# The daemon killed, failed and lied to; and a payer who keeps the books.
$(eval $(call helper,crash,$(addprefix tests/crash/,main.c tap.c net.c box.c payer.c \
	traffic.c audit.c play.c given.c sweep.c random.c hostile.c disk.c power.c wallet.c),\
	ledger tokenswitch keys photon,libbpf libmnl sqlite3 jansson libsodium \
	libsecp256k1 nettle,-pthread))

$(O)/test/shim.so: tests/crash/shim.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CSTD) $(WARN) -D_GNU_SOURCE -O2 -g -fPIC -shared -o $@ $<
TEST_HELPERS += $(O)/test/shim.so
