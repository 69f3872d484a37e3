/* SPDX-License-Identifier: GPL-2.0 */
/* Self-tests: tables of cases beside the code, run before anything else. */
#ifndef _TS_SELFTEST_H
#define _TS_SELFTEST_H

int ts_selftest_run(void);

#endif /* _TS_SELFTEST_H */
