# SPDX-License-Identifier: GPL-2.0
$(eval $(call unit,classify,tests/unit/classify_test.c tests/unit/classify_frame.c))
$(eval $(call unit,classify_bpf,tests/unit/classify_bpf.c tests/unit/classify_maps.c \
	tests/unit/classify_frame.c,,libbpf))
$(O)/asan/tests/unit/classify_bpf.o $(O)/asan/tests/unit/classify_maps.o: \
	| $(BPF_SKELETONS) $(O)/gen/meter_wrap.skel.h
