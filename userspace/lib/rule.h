/* SPDX-License-Identifier: GPL-2.0 */
/* The text form of a rule of the classifier. */
#ifndef TS_LIB_RULE_H
#define TS_LIB_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include "lib/meter.h"

/* Room for the longest rule text and its NUL. */
#define TS_RULE_TEXT_LEN 80

int ts_rule_parse(const char *text, struct ts_rule *rule, char *err, size_t err_size);
char *ts_rule_print(const struct ts_rule *rule, char *text, size_t size);
bool ts_rule_equal(const struct ts_rule *a, const struct ts_rule *b);

const char *ts_class_name(unsigned int class);
int ts_class_parse(const char *text, uint8_t *class);

#endif /* TS_LIB_RULE_H */
