// SPDX-License-Identifier: GPL-2.0
/* json.c - amounts and addresses as members of JSON objects. */
#include "chain/json.h"

json_t *ts_json_wei(ts_u128 wei)
{
	char text[TS_U128_TEXT_SIZE];

	return json_string(ts_u128_print(wei, text));
}

json_t *ts_json_address(const struct ts_address *address)
{
	char text[TS_ADDRESS_TEXT_SIZE];

	return json_string(ts_address_print(address, text));
}
