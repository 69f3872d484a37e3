# SPDX-License-Identifier: GPL-2.0
# libchain: amounts of a token and channels as text; transactions, calls and
# events of the contracts; a node's answers, and following its chain.  Link it
# before libphoton, and with jansson; with libcurl, too, where rpc.h is used.

$(eval $(call library,chain,$(addprefix userspace/chain/, \
	abi.c block.c carry.c describe.c erc20.c event.c follow.c follow_events.c json.c \
	network.c network_read.c rlp.c rlp_read.c rpc.c rpc_answer.c rpc_request.c \
	rpc_value.c token.c tx.c)))
