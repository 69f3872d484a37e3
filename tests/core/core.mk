# SPDX-License-Identifier: GPL-2.0
#
# The shared core: the property test under sanitizers, against mutated copies
# of budget.h (which must fail) and varied ones (which must pass), and the table
# tests of the freestanding headers for other machines.  All in $(O)/test/core;
# tests/core/run runs them.

CORE	:= $(O)/test/core
CORE_CC	:= $(CSTD) $(WARN) $(ALL_CPPFLAGS)
CORE_HEADERS := $(wildcard include/tokenswitch/*.h) include/uapi/linux/tokenswitch.h
CORE_MUTANTS := $(patsubst tests/core/mutants/%.sed,%,$(wildcard tests/core/mutants/*.sed))
CORE_VARIANTS := $(patsubst tests/core/variants/%.sed,%,$(wildcard tests/core/variants/*.sed))
CORE_TABLES := $(patsubst tests/unit/%.c,%,$(wildcard \
	tests/unit/budget.c tests/unit/batadv_frame.c tests/unit/classify.c))
CORE_CROSS := i686 powerpc

# $(eval $(call core_property,NAME,COMPILER AND FLAGS))
define core_property
$(CORE)/property-$(1): tests/core/property.c $(CORE_HEADERS)
	$$(call say,CC,$$@)
	@mkdir -p $$(@D)
	$$(Q)$(2) $(CORE_CC) -pthread -o $$@ $$<
TEST_HELPERS += $(CORE)/property-$(1)
endef
$(eval $(call core_property,asan,$(CC) $(FLAGS_asan)))
$(eval $(call core_property,tsan,$(CC) -O1 -g -fsanitize=thread))
$(eval $(call core_property,rel,$(CC) -O2 -g))

# $(eval $(call core_mutate,FOLDER,NAME)): budget.h changed by the sed script in
# exactly as many lines as it says, and both tests built against that.
define core_mutate
$(CORE)/$(1)/$(2)/tokenswitch/budget.h: tests/core/$(1)/$(2).sed include/tokenswitch/budget.h
	@mkdir -p $$(@D)
	$$(Q)sed -f $$^ >$$@
	$$(Q)n=$$$$(diff include/tokenswitch/budget.h $$@ | grep -c '^<'); \
	want=$$$$(sed -n 's/^# lines: //p' $$<); \
	[ "$$$$n" = "$$$$want" ] || { echo "$$<: changes $$$$n lines of budget.h, not $$$$want" >&2; \
		rm -f $$@; exit 1; }
$(CORE)/$(1)/$(2)/property: tests/core/property.c $(CORE)/$(1)/$(2)/tokenswitch/budget.h
	$$(call say,CC,$$@)
	$$(Q)$(CC) -O2 -I$$(@D) $(CORE_CC) -w -pthread -o $$@ $$<
$(CORE)/$(1)/$(2)/unit: tests/unit/budget.c $(CORE)/$(1)/$(2)/tokenswitch/budget.h \
		tests/core/shim/cmocka.h
	$$(call say,CC,$$@)
	$$(Q)$(CC) -O2 -I$$(@D) -Itests/core/shim $(CORE_CC) -w -o $$@ $$<
TEST_HELPERS += $(CORE)/$(1)/$(2)/property $(CORE)/$(1)/$(2)/unit
endef
$(foreach m,$(CORE_MUTANTS),$(eval $(call core_mutate,mutants,$(m))))
$(foreach m,$(CORE_VARIANTS),$(eval $(call core_mutate,variants,$(m))))

# 64-bit atomics of a 32-bit PowerPC come from libatomic.
CORE_LIBS_powerpc := -latomic
define core_cross
$(CORE)/$(2)-$(1): tests/unit/$(2).c tests/core/shim/cmocka.h $(CORE_HEADERS)
	$$(call say,CC,$$@)
	@mkdir -p $$(@D)
	$$(Q)$(1)-linux-gnu-gcc -static -O2 -Itests/core/shim $(CORE_CC) -o $$@ $$< \
		$(CORE_LIBS_$(1))
TEST_HELPERS += $(CORE)/$(2)-$(1)
endef
$(foreach c,$(CORE_CROSS),$(if $(shell command -v $(c)-linux-gnu-gcc),\
	$(foreach t,$(CORE_TABLES),$(eval $(call core_cross,$(c),$(t))))))

# The same headers as BPF, on the running kernel.
$(CORE)/same.bpf.o: tests/core/same.bpf.c tests/core/bpf_same.h $(CORE_HEADERS)
	$(call say,BPF,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) -target bpf -mcpu=v3 -O2 -g -Wall -Iinclude -Iinclude/uapi \
		-idirafter /usr/include/$(shell $(CC) -print-multiarch) -c -o $@ $<
$(CORE)/bpf_same: tests/core/bpf_same.c tests/core/bpf_same.h $(CORE_HEADERS)
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(FLAGS_asan) $(CORE_CC) -o $@ $< $(call pkg_libs,libbpf)
TEST_HELPERS += $(CORE)/same.bpf.o $(CORE)/bpf_same

.PHONY: core-tests
core-tests: $(filter $(CORE)/%,$(TEST_HELPERS))
