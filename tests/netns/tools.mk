# SPDX-License-Identifier: GPL-2.0
# Programs of the network tests: a witness, and a writer that never rests.
$(eval $(call helper,framecount,tests/netns/framecount.c,,))
$(eval $(call helper,churn,tests/netns/churn.c,tokenswitch,libbpf libmnl))
$(eval $(call helper,fastkeep,tests/netns/fastkeep.c,tokenswitch,libbpf libmnl))
$(eval $(call helper,macflood,tests/netns/macflood.c,,))
$(eval $(call helper,cheapkey,tests/netns/cheapkey.c,keys photon,jansson libsecp256k1 nettle libsodium))
$(eval $(call helper,photonflood,tests/netns/photonflood.c,photon,libsecp256k1 nettle libsodium))

# Preloaded: a clock, and a network card.
PRELOADS := $(addprefix $(O)/test/,keptclock.so fakecard.so)
$(PRELOADS): $(O)/test/%.so: tests/netns/%.c
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CSTD) $(WARN) $(ALL_CPPFLAGS) $(CFLAGS) -shared -fPIC -o $@ $<
TEST_HELPERS += $(PRELOADS)
