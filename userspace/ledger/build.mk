# SPDX-License-Identifier: GPL-2.0
#
# libledger: rows in SQLite, committed in batches.

LEDGER_SOURCES := $(addprefix userspace/ledger/, \
	account.c backup.c channel.c check.c check_account.c check_channel.c \
	check_file.c check_gift.c check_payment.c check_revenue.c check_share.c check_sponsor.c \
	db.c gift.c life.c mirrored.c open.c \
	payment.c relay.c retention.c reveal.c revenue.c roam.c schema.c \
	session.c share.c sponsor.c sum.c tariff.c transaction.c value.c voucher.c)

$(eval $(call library,ledger,$(LEDGER_SOURCES)))
