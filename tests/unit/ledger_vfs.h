/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ledger_vfs.h - a file layer for SQLite that fails, dies and forgets on
 * demand.  Registered under the name "fault"; works on real files.
 */
#ifndef TS_TEST_LEDGER_VFS_H
#define TS_TEST_LEDGER_VFS_H

#include <stdbool.h>
#include <stdint.h>

/** enum fault_kind - what happens at the chosen touch */
enum fault_kind {
	FAULT_NONE,
	FAULT_DIE,	/* done, and nothing later has any effect */
	FAULT_FULL,	/* from then on writes find the disk full */
	FAULT_WRITE,	/* this write fails */
	FAULT_SYNC,	/* the next fsync fails */
};

/**
 * struct fault - one for the process
 * @touches: writes, truncations, deletions and fsyncs so far, and what else
 *	counts itself with fault_touch()
 * @at: at which touch @kind happens
 * @kind: see above
 * @dead: it died: no effect of anything
 * @read_only: files open read-only
 * @written_bytes: by SQLite
 * @syncs: fsyncs so far
 * @syncs_after_failure: fsyncs and writes after a failed one
 */
struct fault {
	uint64_t touches;
	uint64_t at;
	enum fault_kind kind;
	bool dead;
	bool failed;
	bool read_only;
	uint64_t written_bytes;
	uint64_t syncs;
	uint64_t after_failure;
};

extern struct fault fault;

void fault_register(void);
void fault_reset(void);
/* Count a touch outside of files; false: dead, have no effect. */
bool fault_touch(void);
/* Take back what was not fsynced; the last @keep such writes stay. */
void fault_power_cut(unsigned int lose);
unsigned int fault_unsynced(void);

#endif /* TS_TEST_LEDGER_VFS_H */
