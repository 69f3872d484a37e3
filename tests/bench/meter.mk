# SPDX-License-Identifier: GPL-2.0
$(O)/rel/tests/bench/meter_bench.o: | $(BPF_SKELETONS) $(O)/gen/meter_wrap.skel.h
$(O)/rel/tests/unit/classify_maps.o: | $(BPF_SKELETONS)

$(O)/bpf/meter_wrap.bpf.o: tests/bench/meter_wrap.bpf.c bpf/build.mk
	$(call say,CLANG,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_FLAGS) -MMD -MP -c -o $@ $<

$(O)/gen/meter_wrap.skel.h: $(O)/bpf/meter_wrap.bpf.o
	$(call say,SKEL,$@)
	@mkdir -p $(@D)
	$(Q)$(BPFTOOL) gen skeleton $< name meter_wrap > $@

-include $(O)/bpf/meter_wrap.bpf.d

$(eval $(call helper,meter_bench,tests/bench/meter_bench.c tests/unit/classify_maps.c,,libbpf))
