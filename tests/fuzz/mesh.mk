# SPDX-License-Identifier: GPL-2.0
$(eval $(call fuzzer,mesh_message,tests/fuzz/mesh_message.c,mesh,libnl-genl-3.0 libsodium))
