# SPDX-License-Identifier: GPL-2.0
#
# libphoton: codec, signatures and channel state machine; no I/O, no clock.
# Link it with: libsecp256k1 nettle libsodium.

PHOTON_SOURCES := $(addprefix userspace/photon/, \
	ack.c attach.c channel.c channel_step.c codec.c err.c form.c hash.c hex.c lock.c memo.c \
	merkle.c message.c ping.c refusal.c sign.c u256.c)

$(eval $(call library,photon,$(PHOTON_SOURCES)))
