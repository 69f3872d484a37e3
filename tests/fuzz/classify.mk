# SPDX-License-Identifier: GPL-2.0
$(eval $(call fuzzer,classify,tests/fuzz/classify_fuzz.c))
