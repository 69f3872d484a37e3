# SPDX-License-Identifier: GPL-2.0
$(eval $(call fuzzer,discovery_mdns,tests/fuzz/discovery_mdns.c,discovery photon,libsecp256k1 nettle libsodium))
