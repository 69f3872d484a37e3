/* SPDX-License-Identifier: GPL-2.0 */
/* key.h - "tspay key ...": the wallet's key. */
#ifndef TSPAY_KEY_H
#define TSPAY_KEY_H

#include "tspay/options.h"

/** key_run() - Return: exit status */
int key_run(const struct options *o);

#endif /* TSPAY_KEY_H */
