/* SPDX-License-Identifier: GPL-2.0 */
/* udp.h - a datagram to a Photon node, sent until its Ack comes. */
#ifndef TSPAY_UDP_H
#define TSPAY_UDP_H

#include <signal.h>
#include <stddef.h>
#include "photon/message.h"

/* Protocol section 3.4: the same bytes again every 6 s. */
#define UDP_RESEND_MS 6000

/**
 * udp_open() - a socket to "HOST:PORT" ("[v6]:PORT")
 * Return: descriptor, or a negative errno with one line in @err.
 */
int udp_open(const char *peer, char *err, size_t err_size);

/**
 * udp_deliver() - send and wait for the Ack
 * @receiver: whose Ack it must be
 * @sends: how often at the most
 * @stop: ends the waiting when it becomes non-zero
 *
 * Return: 0: acked, -ETIMEDOUT: no answer, -EINTR: stopped, or a negative errno.
 */
int udp_deliver(int fd, const struct ts_datagram *d, const struct ts_address *receiver,
		int sends, const volatile sig_atomic_t *stop);

#endif /* TSPAY_UDP_H */
