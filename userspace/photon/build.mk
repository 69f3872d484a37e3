# SPDX-License-Identifier: GPL-2.0
#
# libphoton: codec, signatures and channel state machine; no I/O, no clock.
# Link it with: libsecp256k1 nettle libsodium.

PHOTON_SOURCES := $(addprefix userspace/photon/, \
	ack.c attach.c channel.c channel_step.c claim.c codec.c cosign.c err.c evidence.c form.c hash.c \
	hex.c hop.c intent.c life.c lock.c memo.c merkle.c message.c mirror.c offer.c onchain.c outbox.c \
	own.c pack.c ping.c refusal.c roam.c settle.c sign.c sponsor.c u256.c withdraw.c)

$(eval $(call library,photon,$(PHOTON_SOURCES)))
