# SPDX-License-Identifier: GPL-2.0
$(eval $(call unit,batadv_frame,tests/unit/batadv_frame.c))
