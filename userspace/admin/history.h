/* SPDX-License-Identifier: GPL-2.0 */
/*
 * history.h - what the plots show: a day by five minutes, a month by hours, two years by
 * days, in one file that never grows.
 *
 * It is a file of its own and not a table of the ledger.  The ledger is synced to the disk
 * at each commit, and a sample in it would make a payment wait or cost a sync of its own;
 * a plot is worth neither.  Here nothing is ever synced, so the disk is written when the
 * kernel likes, and the file has its full size from the start, so a full disk harms it not.
 *
 * Two pages at its start take turns: each holds the three samples that are under way and
 * the sums they were taken from, with a checksum, and is written at once.  Behind them are
 * rings of finished samples.  A finished one goes to its place before the page that has
 * begun the next; so a process that dies between the two writes the same again.  After a
 * power cut a page or a sample that is not whole is not believed, and is a gap.
 */
#ifndef TS_ADMIN_HISTORY_H
#define TS_ADMIN_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "billing/billing.h"

/** enum ts_series - samples of one length */
enum ts_series {
	TS_SERIES_MINUTES,	/* five of them */
	TS_SERIES_HOURS,
	TS_SERIES_DAYS,
	TS_SERIES_COUNT,
};

/** enum ts_traffic - what was carried, and for whom */
enum ts_traffic {
	TS_TRAFFIC_LOCAL,
	TS_TRAFFIC_INTERNET,
	TS_TRAFFIC_RELAY,	/* for neighbours */
	TS_TRAFFIC_EXIT,	/* for neighbours, to and from the internet here */
	TS_TRAFFIC_COUNT,
};

/**
 * struct ts_history_totals - sums that only grow
 * @bytes: since the process began, [enum ts_traffic][direction]
 * @earned_wei: since there is a ledger, in each token of the box
 */
struct ts_history_totals {
	uint64_t bytes[TS_TRAFFIC_COUNT][TS_DIR_COUNT];
	ts_u128 earned_wei[TS_TOKENS_MAX];
};

/**
 * struct ts_sample - of one span of time
 * @start_s: when it began, since 1970; 0: nothing is known of it
 * @covered_s: so much of it was looked at
 * @client_seconds: clients, summed over these seconds
 * @clients_peak: most at once
 * @bytes: carried, as in struct ts_history_totals
 * @earned_wei: by token of the box, likewise
 */
struct ts_sample {
	uint64_t start_s;
	uint64_t covered_s;
	uint64_t client_seconds;
	uint64_t clients_peak;
	uint64_t bytes[TS_TRAFFIC_COUNT][TS_DIR_COUNT];
	ts_u128 earned_wei[TS_TOKENS_MAX];
};

struct ts_history;

struct ts_history *ts_history_open(const char *path, const struct ts_billing_token *tokens,
				   unsigned int n_tokens, char *err, size_t err_size);
void ts_history_close(struct ts_history *h);
int ts_history_look(struct ts_history *h, const struct ts_time *now,
		    const struct ts_history_totals *totals, unsigned int clients);
unsigned int ts_history_step_s(enum ts_series series);
unsigned int ts_history_length(enum ts_series series);
void ts_history_read(const struct ts_history *h, enum ts_series series, uint64_t start_s,
		     struct ts_sample *out);
int ts_history_write(struct ts_history *h);

#endif /* TS_ADMIN_HISTORY_H */
