// SPDX-License-Identifier: GPL-2.0
/* token.c - which of the box's tokens is meant. */
#include "billing/billing.h"

const struct ts_billing_token *
ts_billing_token(const struct ts_billing_config *config,
		 const struct ts_address *address)
{
	unsigned int i;

	for (i = 0; i < config->n_tokens; i++)
		if (ts_address_equal(&config->tokens[i].address, address))
			return &config->tokens[i];
	return NULL;
}
