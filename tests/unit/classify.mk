# SPDX-License-Identifier: GPL-2.0
$(eval $(call unit,classify,tests/unit/classify.c))
$(eval $(call unit,classify_bpf,tests/unit/classify_bpf.c tests/unit/classify_maps.c,,libbpf))
$(O)/asan/tests/unit/classify_bpf.o $(O)/asan/tests/unit/classify_maps.o: \
	| $(BPF_SKELETONS) $(O)/gen/meter_wrap.skel.h
