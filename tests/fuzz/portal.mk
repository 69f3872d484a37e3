# SPDX-License-Identifier: GPL-2.0
$(eval $(call fuzzer,portal_fas,tests/fuzz/portal_fas.c,portal,libsodium))
