# SPDX-License-Identifier: GPL-2.0
#
# librelay: what boxes of a mesh carry for each other and owe each other; no clock, no
# I/O but the ledger's.  Link in this order: relay ledger photon.

$(eval $(call library,relay,$(addprefix userspace/relay/, \
	carried.c count.c hello.c judge.c names.c offer.c owe.c receipt.c relay.c take.c \
	tariff.c terms.c tick.c upstream.c wire.c)))
