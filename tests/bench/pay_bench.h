/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pay_bench.h - the two processes of the bench of payments: who pays, and the
 * box that is measured.
 */
#ifndef TS_BENCH_PAY_H
#define TS_BENCH_PAY_H

#include <netinet/in.h>

#include "bench_box.h"

#define BOX_PORT	40001
#define BATCH_MAX	1024

/* From the payer to the box over their socket; at the end of it the box ends. */
#define PAY_BEGIN	'b'

/**
 * struct pay_figures - what the box says at the end
 * @recovers_per_s: of libsecp256k1 alone, in a second of the box's CPU, before
 *	the run and after it
 * @fsyncs_per_s: of 4 KiB appended to a file beside the ledger, before the run
 * @payments: committed
 * @commits: with a payment in them
 * @batches: commits by how many payments were in them
 * @cpu_s: of the box, from the first payment to the last
 * @queued_s: it would have run, but others had the CPU, likewise
 * @write_bytes: to the device, likewise
 * @private_bytes: memory of the process that it shares with nobody, at the end;
 *	of a library's code that is so only where no other process uses it
 * @dirty_bytes: of that, what it wrote to
 */
struct pay_figures {
	double recovers_per_s;
	double fsyncs_per_s;
	uint64_t payments;
	uint64_t commits;
	uint32_t batches[BATCH_MAX + 1];
	double cpu_s;
	double queued_s;
	uint64_t write_bytes;
	uint64_t private_bytes;
	uint64_t dirty_bytes;
};

/* Number @i of the payers; 0 is the box itself. */
struct ts_signer *pay_signer(unsigned int i);
void pay_box_address(struct sockaddr_in *at);
/* The box, in a process of its own: ends it. */
void pay_box_run(const char *dir, unsigned int n_channels, int fd)
	__attribute__((noreturn));

#endif /* TS_BENCH_PAY_H */
