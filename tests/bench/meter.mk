# SPDX-License-Identifier: GPL-2.0
BENCH_BPF := meter_wrap meter_steps forward_wrap
BENCH_SKELETONS := $(BENCH_BPF:%=$(O)/gen/%.skel.h)

$(BENCH_BPF:%=$(O)/bpf/%.bpf.o): $(O)/bpf/%.bpf.o: tests/bench/%.bpf.c bpf/build.mk
	$(call say,CLANG,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_FLAGS) -MMD -MP -c -o $@ $<

$(BENCH_SKELETONS): $(O)/gen/%.skel.h: $(O)/bpf/%.bpf.o
	$(call say,SKEL,$@)
	@mkdir -p $(@D)
	$(Q)$(BPFTOOL) gen skeleton $< name $* > $@

-include $(BENCH_BPF:%=$(O)/bpf/%.bpf.d)

$(addprefix $(O)/rel/tests/bench/,meter_bench.o meter_run.o meter_live.o meter_guard.o): \
	| $(BPF_SKELETONS) $(BENCH_SKELETONS)
$(O)/rel/tests/unit/classify_maps.o: | $(BPF_SKELETONS)

$(eval $(call helper,meter_bench,$(addprefix tests/bench/,meter_bench.c meter_run.c \
	meter_live.c meter_guard.c row.c) tests/unit/classify_maps.c,,libbpf))
