/* SPDX-License-Identifier: GPL-2.0 */
/* json.h - amounts and addresses as members of JSON objects. */
#ifndef TS_CHAIN_JSON_H
#define TS_CHAIN_JSON_H

#include <jansson.h>

#include "photon/sign.h"
#include "photon/u256.h"

/** ts_json_wei() - a decimal number, as text: JSON's own are doubles in many readers */
json_t *ts_json_wei(ts_u128 wei);
/** ts_json_address() - 0x and its digits, as ts_address_print() has them */
json_t *ts_json_address(const struct ts_address *address);

#endif /* TS_CHAIN_JSON_H */
