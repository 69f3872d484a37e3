# SPDX-License-Identifier: GPL-2.0
$(eval $(call unit,lib_text,tests/unit/lib_text.c,tokenswitch,libmnl jansson))
