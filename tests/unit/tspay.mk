# SPDX-License-Identifier: GPL-2.0
$(eval $(call unit,tspay,tests/unit/tspay.c,$(TSPAY_LIBS),$(TSPAY_PKGS)))
$(eval $(call unit,tspay_payer,tests/unit/tspay_payer.c,$(TSPAY_LIBS),$(TSPAY_PKGS)))
$(eval $(call unit,tspay_box,tests/unit/tspay_box.c,$(TSPAY_LIBS),$(TSPAY_PKGS)))
$(eval $(call unit,tspay_outbox,tests/unit/tspay_outbox.c,$(TSPAY_LIBS),$(TSPAY_PKGS)))
$(eval $(call unit,tspay_chain,tests/unit/tspay_chain.c tests/unit/settle_node.c,$(TSPAY_LIBS),$(TSPAY_PKGS)))
