# SPDX-License-Identifier: GPL-2.0
$(eval $(call program,tsctl,$(wildcard userspace/tsctl/*.c),keys photon tokenswitch,$(TS_LIB_PKGS) libnl-3.0 libnl-route-3.0 jansson libsodium libsecp256k1 nettle libconfig))
