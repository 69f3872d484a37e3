# SPDX-License-Identifier: GPL-2.0
$(eval $(call unit,classify,tests/unit/classify.c))
classify_port = $(eval $(call unit,$(1),tests/unit/$(1).c tests/unit/classify_port.c tests/unit/classify_maps.c,,libbpf))
$(call classify_port,classify_bpf)
$(call classify_port,classify_onward)
$(call classify_port,classify_police)
$(addprefix $(O)/asan/tests/unit/classify_,police.o port.o maps.o): \
	| $(BPF_SKELETONS) $(O)/gen/meter_wrap.skel.h
