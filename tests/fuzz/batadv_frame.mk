# SPDX-License-Identifier: GPL-2.0
$(eval $(call fuzzer,batadv_frame,tests/fuzz/batadv_frame.c))
