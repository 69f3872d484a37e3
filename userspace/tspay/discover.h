/* SPDX-License-Identifier: GPL-2.0 */
/* discover.h - finds a Photon node on the link, by Multicast DNS. */
#ifndef TSPAY_DISCOVER_H
#define TSPAY_DISCOVER_H

#include <signal.h>
#include <stddef.h>
#include "photon/sign.h"

#define DISCOVER_PEER_SIZE 32

/**
 * discover() - ask on every interface where a node is, once a second
 * @node: the node; nobody else's answer counts
 * @asks: how often before giving up
 * @peer: set to "ADDRESS:PORT"
 * @stop: give up when it is set
 * @err: on failure one line for people
 * @err_size: room in @err
 *
 * Nothing of the answer is signed.  Who lies gets a payment that only the node
 * itself can use, and can claim that it arrived; so it is shown where it goes.
 *
 * Return: 0, -ETIMEDOUT: nobody answered, -EINTR, or another negative errno.
 */
int discover(const struct ts_address *node, int asks, char peer[DISCOVER_PEER_SIZE],
	     const volatile sig_atomic_t *stop, char *err, size_t err_size);

#endif /* TSPAY_DISCOVER_H */
