// SPDX-License-Identifier: GPL-2.0
/*
 * settle_random.c - each wish takes effect once, whatever happens in whatever order, and
 * wherever the process dies.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "settle_sender.h"

/* One step of a life with everything that can happen. */
static void step(unsigned int *made)
{
	struct ts_wish wish;
	struct ts_ask ask;

	switch (node_random(&node, 16)) {
	case 0:
		if (*made + 1 == WISHES_MAX)
			break;
		wish = wish_of(++*made);
		add(&wish);
		/* A wish that is not committed is its owner's to repeat. */
		commit();
		break;
	case 1:
		node_reorganise(&node);
		node_mine(&node);
		break;
	case 2:
		node_forget(&node);
		break;
	case 3:
		crash();
		break;
	case 4:
	case 5:
	case 6:
		node_mine(&node);
		break;
	case 7:
		node.fee_floor_wei = node_random(&node, 160);
		break;
	default:
		ts_transactions_poll(transactions, node.head, taken_block);
		while (ts_transactions_next(transactions, &ask)) {
			node_answer(&node, transactions, &ask);
			if (!node_random(&node, 12)) {
				crash();
				break;
			}
			if (!node_random(&node, 3))
				commit();
		}
		if (node_random(&node, 3))
			commit();
	}
}

static void test_random(void **state)
{
	struct ts_address to;
	unsigned int made, i;
	uint64_t seed;

	for (seed = 1; seed <= 12; seed++) {
		sender_teardown(state);
		sender_setup(state);
		node_begin(&node, seed);
		node.fails = 5;
		made = 0;
		for (i = 0; i < 900; i++)
			step(&made);
		node.fails = 0;
		node.fee_floor_wei = 0;
		crash();
		go_on(200);
		for (i = 1; i <= made; i++) {
			to = address_of(i);
			assert_int_equal(node_calls(&node, &to), 1);
			assert_int_equal(end_of[i], TS_TRANSACTION_DONE);
		}
		assert_true(made > 5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		settle_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
