/* SPDX-License-Identifier: GPL-2.0 */
/* channel.h - "tspay channel ...": the payer's channels, on the chain and off it. */
#ifndef TSPAY_CHANNEL_H
#define TSPAY_CHANNEL_H

#include <signal.h>
#include "tspay/options.h"
#include "photon/u256.h"

/**
 * channel_run() - do what @o->channel_verb says
 * @amount_wei: with the verbs that have one; 0: all
 * Return: exit status.  Stopped or killed, the same again goes on.
 */
int channel_run(const struct options *o, ts_u128 amount_wei, const volatile sig_atomic_t *stop);

/** channel_show() - list and show: what is in the files */
int channel_show(const struct options *o);

#endif /* TSPAY_CHANNEL_H */
