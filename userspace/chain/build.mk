# SPDX-License-Identifier: GPL-2.0
# libchain: so far the description of a channel; link it with jansson and libphoton.
$(eval $(call library,chain,userspace/chain/describe.c))
