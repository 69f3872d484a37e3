# SPDX-License-Identifier: GPL-2.0
$(eval $(call unit,tspay,tests/unit/tspay.c,tspay chain keys discovery photon,$(TSPAY_PKGS)))
$(eval $(call unit,tspay_payer,tests/unit/tspay_payer.c,tspay chain keys discovery photon,$(TSPAY_PKGS)))
$(eval $(call unit,tspay_box,tests/unit/tspay_box.c,tspay chain keys discovery photon,$(TSPAY_PKGS)))
$(eval $(call unit,tspay_outbox,tests/unit/tspay_outbox.c,tspay chain keys discovery photon,$(TSPAY_PKGS)))
