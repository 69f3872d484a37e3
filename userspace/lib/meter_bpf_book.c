// SPDX-License-Identifier: GPL-2.0
/* The driver's own record of an account: ts_book. */
#include <string.h>
#include "lib/meter_bpf.h"

/** ts_bpf_book_keys() - the stations of an account; @keys has TS_KEYS_MAX */
void ts_bpf_book_keys(const struct ts_book *book, struct ts_key *keys)
{
	uint32_t i;

	for (i = 0; i < book->n_keys && i < TS_KEYS_MAX; i++)
		ts_bpf_key_from_line(book->keys[i].a, book->keys[i].zone, &keys[i]);
}

void ts_bpf_book_set_keys(struct ts_book *book, const struct ts_key *keys, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		book->keys[i].a = ts_key_a(keys[i].mac, keys[i].vlan);
		book->keys[i].zone = keys[i].zone;
		book->keys[i].pad = 0;
	}
	book->n_keys = n;
}

/**
 * ts_bpf_book_state() - say which step comes next, or that all are done
 * @book: the record
 * @state: enum ts_bpf_book_state
 *
 * What was written before is seen by whoever sees the state: a killed process
 * leaves the stores that it made, in their order.
 */
void ts_bpf_book_state(struct ts_book *book, uint32_t state)
{
	__atomic_store_n(&book->state, state, __ATOMIC_RELEASE);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}
