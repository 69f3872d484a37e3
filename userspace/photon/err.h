/* SPDX-License-Identifier: GPL-2.0 */
/*
 * err.h - what can be wrong with a Photon datagram.
 */
#ifndef TS_PHOTON_ERR_H
#define TS_PHOTON_ERR_H

/**
 * enum ts_photon_err - why bytes are no message, or a message no bytes
 * @TS_PHOTON_OK: nothing is wrong
 * @TS_PHOTON_EMPTY: a datagram of no bytes
 * @TS_PHOTON_TOO_LONG: more than TS_DATAGRAM_MAX_BYTES
 * @TS_PHOTON_TRUNCATED: it ends before a field does
 * @TS_PHOTON_TRAILING: bytes follow the last field
 * @TS_PHOTON_UNKNOWN_ID: the command id is none of the fourteen
 * @TS_PHOTON_BAD_VERSION: a version that this message cannot have
 * @TS_PHOTON_BAD_VARINT: a length is not in its shortest form
 * @TS_PHOTON_BAD_LENGTH: a length field promises more than there is
 * @TS_PHOTON_UNSIGNED: an Ack has no signature to look at
 * @TS_PHOTON_BAD_SIGNATURE: no key can have made the signature
 * @TS_PHOTON_ERR_COUNT: the number of values, none itself
 */
enum ts_photon_err {
	TS_PHOTON_OK,
	TS_PHOTON_EMPTY,
	TS_PHOTON_TOO_LONG,
	TS_PHOTON_TRUNCATED,
	TS_PHOTON_TRAILING,
	TS_PHOTON_UNKNOWN_ID,
	TS_PHOTON_BAD_VERSION,
	TS_PHOTON_BAD_VARINT,
	TS_PHOTON_BAD_LENGTH,
	TS_PHOTON_UNSIGNED,
	TS_PHOTON_BAD_SIGNATURE,
	TS_PHOTON_ERR_COUNT,
};

const char *ts_photon_err_name(enum ts_photon_err err);
const char *ts_photon_err_text(enum ts_photon_err err);

#endif /* TS_PHOTON_ERR_H */
