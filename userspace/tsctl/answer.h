/* SPDX-License-Identifier: GPL-2.0 */
/* answer.h - what tsd has answered, read for people. */
#ifndef TSCTL_ANSWER_H
#define TSCTL_ANSWER_H

#include "chain/token.h"
#include "tsctl/daemon.h"

/**
 * answer_of() - ask tsd for {"cmd": @what}
 * @c: its config names the run directory
 * @what: the command
 * @why: what tsd would be needed for, said where it does not run: "tsd, which ..., does not run"
 * @answer: set on success; to be released
 *
 * Return: 0, or 1 after saying what is wrong.
 */
int answer_of(struct cmd *c, const char *what, const char *why, json_t **answer);

/**
 * answer_missing() - say so if tsd does not run
 * @ret: of daemon_ask() or daemon_follow()
 * @why: as of answer_of()
 *
 * Return: 0, or 1: there is no answer, and it was said why.
 */
int answer_missing(const struct cmd *c, int ret, const char *why);

/** answer_text() - Return: a member that is text, empty when it is none; of @object */
const char *answer_text(const json_t *object, const char *key);

/** answer_number() - Return: a member that is an integer, 0 when it is none */
json_int_t answer_number(const json_t *object, const char *key);

/**
 * answer_amount() - a member that is a decimal number of wei, in tokens
 * @decimals: of the token; 0, as of one that tsd does not take any more: in wei
 * Return: @buf
 */
const char *answer_amount(const json_t *object, const char *key, json_int_t decimals,
			  char buf[static TS_TOKEN_TEXT_SIZE]);

/** answer_token() - Return: what amounts of @object are in: a symbol, or an address */
const char *answer_token(const json_t *object);

/** answer_each() - print all of @list, each after @indent */
void answer_each(json_t *list, const char *indent, void (*print)(json_t *one));

#endif /* TSCTL_ANSWER_H */
