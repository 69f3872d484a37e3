# SPDX-License-Identifier: GPL-2.0
#
# libsettle: what is told to the chain, once each; no clock, no I/O but the
# ledger's.  Link in this order: settle ledger chain photon.

$(eval $(call library,settle,$(addprefix userspace/settle/, \
	call.c mirrored.c mirrored_chain.c seen.c transactions.c transactions_round.c transactions_sign.c)))
