/* SPDX-License-Identifier: GPL-2.0 */
/* steps.h - what a long operation tells: a line for each step. */
#ifndef TSPAY_STEPS_H
#define TSPAY_STEPS_H

#include <stdbool.h>
#include <stdint.h>
#include "settle/transactions.h"

#define STEPS_MAX	TS_TRANSACTIONS_MAX

/**
 * struct step - what was last told of a transaction
 * @id: row number; 0: none
 */
struct step {
	int64_t id;
	enum ts_transaction_state state;
	unsigned int submissions;
	char why[TS_TRANSACTION_WHY_SIZE];
};

/**
 * struct steps - what was told
 * @json: each line is an object
 * @seen: of transactions
 * @said: the last line of another kind: the same again is no news
 */
struct steps {
	bool json;
	struct step seen[STEPS_MAX];
	char said[256];
};

/* One line, plain or an object. */
void steps_line(const char *what, const char *state, const char *text, bool json);
/* A line about @what: "open", "withdraw", ...; the same again is not said. */
void steps_say(struct steps *s, const char *what, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* What changed of a transaction that is live. */
void steps_transaction(struct steps *s, const struct ts_transaction_view *view);
void steps_ended(struct steps *s, const struct ts_ledger_transaction *row);

#endif /* TSPAY_STEPS_H */
