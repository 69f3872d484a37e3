/* SPDX-License-Identifier: GPL-2.0 */
/*
 * mirrored.h - rows of what other boxes gave us to show for them (rule M3).
 *
 * One for each life of a channel of theirs.  The table itself lets a proof take the
 * place of an older one only.
 */
#ifndef TS_LEDGER_MIRRORED_H
#define TS_LEDGER_MIRRORED_H

#include "ledger/ledger.h"
#include "photon/mirror.h"

int ts_ledger_mirrored_put(struct ts_ledger *l, const struct ts_delegated *d);
int ts_ledger_mirrored_delete(struct ts_ledger *l, const struct ts_delegated *d);
int ts_ledger_mirrored_load(struct ts_ledger *l,
			    int (*cb)(const struct ts_delegated *d, void *arg),
			    void *arg);

#endif /* TS_LEDGER_MIRRORED_H */
