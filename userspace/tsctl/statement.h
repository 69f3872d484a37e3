/* SPDX-License-Identifier: GPL-2.0 */
/* statement.h - verbs of tsctl revenue about shares. */
#ifndef TSCTL_STATEMENT_H
#define TSCTL_STATEMENT_H

struct cmd;

int revenue_statement(struct cmd *c);
int revenue_pay(struct cmd *c);
int revenue_trust(struct cmd *c);

#endif /* TSCTL_STATEMENT_H */
