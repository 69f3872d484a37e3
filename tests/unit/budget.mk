# SPDX-License-Identifier: GPL-2.0
$(eval $(call unit,budget,tests/unit/budget.c))
