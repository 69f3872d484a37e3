/* SPDX-License-Identifier: GPL-2.0 */
/*
 * memo.h - the data of a DirectTransfer that pays for a session (rule M6).
 *
 *	ts1:<code>:<tariff>
 *	ts1:<code>:<tariff>:<most>
 *
 * in ASCII.  The code names the session: 80 random bits in 16 characters of
 * Crockford's base32, upper case (no I, L, O, U).  The tariff is the decimal id
 * of the tariff the payer has seen, a u32 without leading zeros.  The last is the
 * most that the payer agrees to pay (M7): wei for 10^9 bytes of class internet in
 * either direction, 1 to 2^92 - 1, decimal without leading zeros; above it nothing
 * is spent of this payment, and what is left of it goes back.
 *
 *	ts1:refund
 *
 * is of a transfer that gives back what its receiver had paid (M11): it is no
 * payment, and owes nothing to who sent it.
 *
 *	ts1:share
 *
 * is of a transfer of a box to a holder of its shares: likewise no payment.
 *
 *	ts1:relay:<wei>
 *
 * is of a transfer of a box to its neighbour in the mesh, for what that carries
 * (M13): with it so much was paid for carrying, in all, over all lives of their
 * channels in that token; decimal, a u128 without leading zeros.  The sum is the
 * payer's signed word, so that who has lost its books knows of later transfers how
 * much of them is for what, and nothing that is paid twice counts twice.
 *
 *	ts1:return:<order>
 *
 * gives back what a box had bought under a roaming order (photon/roam.h) and its guest
 * has not used; the order's name has the form of a code.
 */
#ifndef TS_PHOTON_MEMO_H
#define TS_PHOTON_MEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "photon/u256.h"

#define TS_CODE_RANDOM_BYTES	10
#define TS_CODE_CHARS		16
#define TS_CODE_SIZE		(TS_CODE_CHARS + 1)
#define TS_MEMO_REFUND		"ts1:refund"
#define TS_MEMO_SHARE		"ts1:share"
#define TS_MEMO_RELAY		"ts1:relay:"
#define TS_MEMO_RELAY_SIZE	(sizeof(TS_MEMO_RELAY) + TS_U128_TEXT_SIZE)
#define TS_MEMO_RETURN		"ts1:return:"
#define TS_MEMO_MOST_END	((ts_u128)1 << 92)
#define TS_MEMO_SIZE		(4 + TS_CODE_CHARS + 1 + 10 + 1 + 28 + 1)

/**
 * struct ts_memo - what a payment is for
 * @code: the session's code
 * @tariff_id: the tariff it is paid under
 * @most_wei_per_gb: the payer agrees to no more; 0: it does not say
 */
struct ts_memo {
	char code[TS_CODE_SIZE];
	uint32_t tariff_id;
	ts_u128 most_wei_per_gb;
};

bool ts_memo_parse(struct ts_memo *memo, const void *data, size_t len);
bool ts_memo_is_refund(const void *data, size_t len);
bool ts_memo_is_share(const void *data, size_t len);
bool ts_memo_parse_relay(ts_u128 *paid_wei, const void *data, size_t len);
bool ts_memo_is_return(const void *data, size_t len, char order[TS_CODE_SIZE]);
size_t ts_memo_print_return(const char *order, char text[TS_MEMO_SIZE]);
size_t ts_memo_print(const struct ts_memo *memo, char text[TS_MEMO_SIZE]);
size_t ts_memo_print_relay(ts_u128 paid_wei, char text[TS_MEMO_RELAY_SIZE]);
void ts_code_make(char code[TS_CODE_SIZE],
		  const uint8_t random[TS_CODE_RANDOM_BYTES]);
bool ts_code_valid(const char *code);

#endif /* TS_PHOTON_MEMO_H */
