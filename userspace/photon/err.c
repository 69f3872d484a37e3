// SPDX-License-Identifier: GPL-2.0
/*
 * err.c - names for counters and texts for people.
 */
#include <stddef.h>

#include "photon/err.h"

static const struct {
	const char *name;
	const char *text;
} errs[TS_PHOTON_ERR_COUNT] = {
	[TS_PHOTON_OK] = { "ok", "nothing is wrong" },
	[TS_PHOTON_EMPTY] = { "empty", "the datagram is empty" },
	[TS_PHOTON_TOO_LONG] = { "too_long",
		"the datagram is longer than 1200 bytes" },
	[TS_PHOTON_TRUNCATED] = { "truncated",
		"the datagram ends in the middle of a field" },
	[TS_PHOTON_TRAILING] = { "trailing",
		"bytes follow the last field of the message" },
	[TS_PHOTON_UNKNOWN_ID] = { "unknown_id",
		"the command id is not one of Photon's messages" },
	[TS_PHOTON_BAD_VERSION] = { "bad_version",
		"a MediatedTransfer must be of version 1 or newer" },
	[TS_PHOTON_BAD_VARINT] = { "bad_varint",
		"the data length is not written in its shortest form" },
	[TS_PHOTON_BAD_LENGTH] = { "bad_length",
		"a length field promises more bytes than the datagram has" },
	[TS_PHOTON_UNSIGNED] = { "unsigned",
		"an Ack carries no signature" },
	[TS_PHOTON_BAD_SIGNATURE] = { "bad_signature",
		"the signature is malformed: v must be 27 or 28, s low, and r on the curve" },
};

/* A stable word in snake_case, for counters and logs. */
const char *ts_photon_err_name(enum ts_photon_err err)
{
	return (unsigned int)err < TS_PHOTON_ERR_COUNT ? errs[err].name :
							 "unknown";
}

/* A sentence that says what is wrong. */
const char *ts_photon_err_text(enum ts_photon_err err)
{
	return (unsigned int)err < TS_PHOTON_ERR_COUNT ? errs[err].text :
							 "unknown error";
}
