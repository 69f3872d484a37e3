/* SPDX-License-Identifier: GPL-2.0 */
/*
 * own.h - how what we have signed for ourselves begins (rule M6).
 *
 * Neither the contract's prefix nor Photon's nor Ethereum's; a word for the kind
 * follows, and a newline.
 */
#ifndef TS_PHOTON_OWN_H
#define TS_PHOTON_OWN_H

#define TS_OWN_PREFIX		"\x19" "TokenSwitch Signed Message:\n"
#define TS_OWN_PREFIX_BYTES	(sizeof(TS_OWN_PREFIX) - 1)

#endif /* TS_PHOTON_OWN_H */
