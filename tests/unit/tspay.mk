# SPDX-License-Identifier: GPL-2.0
$(eval $(call unit,tspay,tests/unit/tspay.c,tspay chain keys photon,$(TSPAY_PKGS)))
