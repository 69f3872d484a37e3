# SPDX-License-Identifier: GPL-2.0
# libchain: so far the description of a channel and amounts of a token.  Link it
# before libphoton, and with jansson.
$(eval $(call library,chain,userspace/chain/describe.c userspace/chain/token.c))
