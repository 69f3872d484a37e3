# SPDX-License-Identifier: GPL-2.0
# Programs of the network tests: a witness, and a writer that never rests.
$(eval $(call helper,framecount,tests/netns/framecount.c,,))
$(eval $(call helper,churn,tests/netns/churn.c,tokenswitch,libbpf libmnl))
$(eval $(call helper,fastkeep,tests/netns/fastkeep.c,tokenswitch,libbpf libmnl))
$(eval $(call helper,macflood,tests/netns/macflood.c,,))
$(eval $(call helper,cheapkey,tests/netns/cheapkey.c,keys photon,jansson libsecp256k1 nettle libsodium))
$(eval $(call helper,photonflood,tests/netns/photonflood.c,photon,libsecp256k1 nettle libsodium))

$(O)/test/keptclock.so: tests/netns/keptclock.c
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CSTD) $(WARN) $(ALL_CPPFLAGS) $(CFLAGS) -shared -fPIC -o $@ $<
TEST_HELPERS += $(O)/test/keptclock.so
