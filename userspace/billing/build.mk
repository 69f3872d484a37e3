# SPDX-License-Identifier: GPL-2.0
#
# libbilling: sessions, reservations and slices; no clock, no I/O of its own.
# Link in this order: billing ledger photon, and lib where meter_use.c is used.

BILLING_SOURCES := $(addprefix userspace/billing/, \
	account.c account_end.c admit.c adopt.c allowance.c attach.c batch.c carrying.c channel.c \
	counters.c datagram.c dear.c evidence.c gift.c hop.c idle.c intents.c life.c liquidity.c load.c \
	logout.c message.c meter_use.c onchain.c open.c outbox.c parts.c pay.c payment.c \
	payout.c price.c refund.c refund_lost.c reserve.c reveal.c revenue.c roam_claim.c roam_home.c \
	roam_host.c roam_leave.c session.c share.c sponsor.c sponsor_end.c sponsor_sign.c \
	station.c table.c tag.c tariff.c \
	tick.c token.c totals.c upstream.c view.c voucher.c)

$(eval $(call library,billing,$(BILLING_SOURCES)))
