/* SPDX-License-Identifier: GPL-2.0 */
/* billing_box_parts.h - what the files of a box for tests offer each other. */
#ifndef TS_TEST_BILLING_BOX_PARTS_H
#define TS_TEST_BILLING_BOX_PARTS_H

#include "billing_box.h"

/* The kernel; its @m is the box. */
extern const struct ts_billing_meter box_meter;
/* NULL: no account has the number. */
struct box_account *box_kernel_find(struct box *box, uint32_t id);

/* After a commit: the books follow the rows of accounts and payments. */
void box_note_rows(struct box *box);

struct ts_signer *box_make_key(uint8_t seed);
void box_make_wallet(struct box *box, unsigned int i);
/* The payer's channel, as the box sees it before anything was paid. */
struct ts_channel box_sees(const struct ts_channel *payer);

#endif /* TS_TEST_BILLING_BOX_PARTS_H */
