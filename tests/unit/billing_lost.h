/* SPDX-License-Identifier: GPL-2.0 */
/* billing_lost.h - a box whose ledger is lost, and comes back from an old backup. */
#ifndef TS_TEST_BILLING_LOST_H
#define TS_TEST_BILLING_LOST_H

#include "billing_box.h"

#define LOST_TOKEN	(&lost_box.config.tokens[0].address)
#define LOST_WALLET	(ts_signer_address(lost_box.wallets[0].key))

/**
 * lost_box - the box
 * lost_copy - path of the backup
 */
extern struct box lost_box;
extern char lost_copy[128];

int lost_setup(void **state);
int lost_teardown(void **state);
int lost_backup(void);
int lost_restore(void);
void lost_open(void);
struct ts_channel_view lost_view(void);
void lost_refund(ts_u128 wei);
/* No nonce of ours was ever signed with two contents; the last one. */
uint64_t lost_check_nonces(void);
/*
 * Backed up at nonce 2 of the wallet and 1 of ours, lost at 3 and 2.
 * Return: the channel as it was when it was lost.
 */
struct ts_channel lost_lose(void);

#endif /* TS_TEST_BILLING_LOST_H */
