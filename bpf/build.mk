# SPDX-License-Identifier: GPL-2.0
# The BPF programs and their skeletons, which the driver embeds.

BPF_NAMES := xdp fast tc clock
BPF_OBJECTS := $(patsubst %,$(O)/bpf/%.bpf.o,$(BPF_NAMES))
BPF_SKELETONS := $(patsubst %,$(O)/gen/%.skel.h,$(BPF_NAMES))
# Where Debian keeps asm/types.h, which the uapi headers include.
BPF_MULTIARCH := $(shell $(CC) -print-multiarch)
# Little-endian, and CONFIG_HAVE_EFFICIENT_UNALIGNED_ACCESS is set for them.
BPF_ANYWHERE := $(filter x86_64-% aarch64-%,$(shell $(CC) -dumpmachine))
BPF_FLAGS := -target bpf -mcpu=v3 -O2 -g $(CSTD) -Wall -Wextra -Wno-unused-parameter \
	-Iinclude -Iinclude/uapi -Ibpf $(if $(BPF_ANYWHERE),-DTS_LOAD_ANYWHERE) \
	$(if $(BPF_MULTIARCH),-isystem /usr/include/$(BPF_MULTIARCH))

$(O)/bpf/%.bpf.o: bpf/%.bpf.c bpf/build.mk
	$(call say,CLANG,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_FLAGS) -MMD -MP -c -o $@ $<

# Every skeleton is named after its object: struct xdp_bpf and so on.
$(O)/gen/%.skel.h: $(O)/bpf/%.bpf.o
	$(call say,SKEL,$@)
	@mkdir -p $(@D)
	$(Q)$(BPFTOOL) gen skeleton $< name $*_bpf > $@

-include $(BPF_OBJECTS:.o=.d)
