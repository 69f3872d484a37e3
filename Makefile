# SPDX-License-Identifier: GPL-2.0
#
# TokenSwitch: userspace, BPF objects and, where kernel headers are found,
# the module.  Each folder says what it builds in its own build.mk with the
# macros below; the objects go to $(O), never beside the source.
#
#   make                 all of it          make install DESTDIR= PREFIX=
#   make demo            see it work        make check          every test tier
#   make check-TIER      one tier           make clean

O	?= build
PREFIX	?= /usr/local
DESTDIR	?=
SYSCONFDIR ?= $(if $(filter /usr,$(PREFIX)),/etc,$(PREFIX)/etc)
KDIR	?= $(firstword $(wildcard /lib/modules/$(shell uname -r)/build) \
	   $(lastword $(sort $(wildcard /usr/src/linux-headers-6.12*-amd64))))
CLANG	?= clang
BPFTOOL	?= $(firstword $(wildcard /usr/sbin/bpftool /usr/bin/bpftool) bpftool)
PKG_CONFIG ?= pkg-config
V	?= 0
Q	:= $(if $(filter 0,$(V)),@)
say	= $(if $(filter 0,$(V)),@printf '  %-7s %s\n' "$(1)" "$(patsubst $(O)/%,%,$(2))")

VERSION	:= 0.1.0

CSTD	:= -std=gnu11
WARN	:= -Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes \
	   -Wold-style-definition -Wdeclaration-after-statement -Wvla \
	   -Wno-unused-parameter -Wno-missing-field-initializers
CFLAGS	?= -O2 -g
ALL_CPPFLAGS := -D_GNU_SOURCE -DTS_VERSION='"$(VERSION)"' \
	   -Iinclude -Iinclude/uapi -Iuserspace -I$(O)/gen

# Variants of every object: what is shipped, and what the tests run.
VARIANTS := rel asan fuzz
CC_rel	:= $(CC)
CC_asan	:= $(CC)
CC_fuzz	:= $(CLANG)
FLAGS_rel := $(CFLAGS) -fstack-protector-strong -D_FORTIFY_SOURCE=2
FLAGS_asan := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
	   -fno-sanitize-recover=all
FLAGS_fuzz := -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all \
	   -fsanitize=address,undefined,fuzzer-no-link
LINK_rel := -Wl,--as-needed
LINK_asan := -fsanitize=address,undefined -Wl,--as-needed
LINK_fuzz := -fsanitize=address,undefined,fuzzer

pkg_cflags = $(if $(1),$(shell $(PKG_CONFIG) --cflags $(1)))
pkg_libs   = $(if $(1),$(shell $(PKG_CONFIG) --libs $(1)))

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all modules bpf install clean check demo bench bench-plots bench-record deps tests FORCE

# --- macros for build.mk -----------------------------------------------------

# $(eval $(call library,NAME,SOURCES)) makes lib$(NAME).a in every variant.
define library
$(foreach v,$(VARIANTS),
$(O)/$(v)/lib$(1).a: $(patsubst %.c,$(O)/$(v)/%.o,$(2)))
ALL_SOURCES += $(2)
endef

# $(eval $(call program,NAME,SOURCES,LIBRARIES,PKGS[,EXTRA LIBS])) makes
# $(O)/bin/NAME, which tools/install-files puts in place.  LIBRARIES are names given to "library",
# in link order; PKGS are pkg-config names.
define program
$(call link_rule,rel,$(O)/bin/$(1),$(2),$(3),$(4),$(5))
$(call link_rule,asan,$(O)/asan/bin/$(1),$(2),$(3),$(4),$(5))
PROGRAMS += $(O)/bin/$(1)
ASAN_PROGRAMS += $(O)/asan/bin/$(1)
ALL_SOURCES += $(2)
endef

# $(eval $(call unit,NAME,SOURCES,LIBRARIES,PKGS[,EXTRA LIBS])) makes the
# cmocka program $(O)/asan/unit/NAME, run by "make check-unit".
define unit
$(call link_rule,asan,$(O)/asan/unit/$(1),$(2),$(3),$(4) cmocka,$(5))
UNIT_TESTS += $(O)/asan/unit/$(1)
ALL_SOURCES += $(2)
endef

# $(eval $(call fuzzer,NAME,SOURCES,LIBRARIES,PKGS[,EXTRA LIBS])) makes the
# libFuzzer program $(O)/fuzz/NAME, run by "make check-fuzz"; its corpus is
# tests/fuzz/corpus/NAME.
define fuzzer
$(call link_rule,fuzz,$(O)/fuzz/$(1),$(2),$(3),$(4),$(5))
FUZZERS += $(O)/fuzz/$(1)
ALL_SOURCES += $(2)
endef

# $(eval $(call helper,NAME,SOURCES,LIBRARIES,PKGS[,EXTRA LIBS])) makes
# $(O)/test/NAME: a program that the tests use and nobody installs.
define helper
$(call link_rule,rel,$(O)/test/$(1),$(2),$(3),$(4),$(5))
TEST_HELPERS += $(O)/test/$(1)
ALL_SOURCES += $(2)
endef

define link_rule
$(2): $(patsubst %.c,$(O)/$(1)/%.o,$(3)) $(foreach l,$(4),$(O)/$(1)/lib$(l).a)
	$$(call say,LINK,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(CC_$(1)) $$(LDFLAGS) $$(LINK_$(1)) -o $$@ $$^ $$(call pkg_libs,$(5)) $(6)
endef

define variant
$(O)/$(1)/%.o: %.c
	$$(call say,CC,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(CC_$(1)) $$(CSTD) $$(WARN) $$(ALL_CPPFLAGS) $$(FLAGS_$(1)) \
		$$(CPPFLAGS_$$(subst /,_,$$(dir $$<))) -MMD -MP -c -o $$@ $$<
$(O)/$(1)/%.a:
	$$(call say,AR,$$@)
	@mkdir -p $$(@D)
	$$(Q)rm -f $$@ && $$(AR) rcs $$@ $$^
endef
$(foreach v,$(VARIANTS),$(eval $(call variant,$(v))))

# "make install PREFIX=/usr" after a plain "make" must look in /etc: what knows
# the path is compiled again when it changes, and only then.
CONFIG_PATH_H := $(O)/gen/config_path.h
$(CONFIG_PATH_H): FORCE
	@mkdir -p $(@D)
	@printf '#define TS_CONFIG_PATH "%s/tokenswitch/tsd.conf"\n#define TS_BINAUTH_PATH "%s/lib/tokenswitch/opennds-binauth"\n' \
		'$(SYSCONFDIR)' '$(PREFIX)' >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi
FORCE:

include $(wildcard bpf/build.mk) $(sort $(wildcard userspace/*/build.mk)) $(sort $(wildcard tests/*/*.mk))

-include $(foreach v,$(VARIANTS),$(patsubst %.c,$(O)/$(v)/%.d,$(sort $(ALL_SOURCES))))

# --- what people call --------------------------------------------------------

all: $(PROGRAMS) bpf modules

bpf: $(BPF_OBJECTS)

# The module is built where headers are, in a copy-free out-of-tree build.
modules:
ifneq ($(wildcard $(KDIR)/Makefile),)
	+$(Q)tools/build-module "$(KDIR)" "$(O)"
else
	@echo "  SKIP    tokenswitch.ko: no kernel headers (KDIR=$(KDIR)); the BPF meter needs none"
endif

tests: $(UNIT_TESTS) $(FUZZERS) $(TEST_HELPERS) $(ASAN_PROGRAMS)

deps:
	$(Q)tools/install-deps build

install: all
	$(Q)tools/install-files "$(O)" "$(DESTDIR)" "$(PREFIX)" "$(SYSCONFDIR)" "$(KDIR)"

clean:
	$(Q)rm -rf $(O)

# The two commands of the README: each first installs what is missing, then
# calls make again, so that pkg-config sees what has just been installed.
demo:
	$(Q)tools/install-deps build run
	$(Q)$(MAKE) --no-print-directory all $(O)/test/framecount
	$(Q)tools/demo

# A Node.js that did not come from Debian serves as well, and Debian's npm would
# not go with it.
NODE_GROUP = $(if $(shell command -v npm),,node)

check:
	$(Q)tools/install-deps build run check kernel $(NODE_GROUP)
	$(Q)tests/check

# Not a part of "make check": a hundred power cuts take an hour.
check-power: export TS_POWER_CUTS ?= 100
check-power: export CHECK_SECONDS ?= 10000

# Nor all of the mesh, on two kernels.
check-mesh: export CHECK_SECONDS ?= 7200

check-%:
	$(Q)tools/install-deps build run check kernel $(NODE_GROUP)
	$(Q)tests/check $*

BENCH_HELPERS := $(addprefix $(O)/test/,billing_bench cheapkey crowd forward_send framecount \
	full_box meshframe meter_bench pay_bench pay_guard pay_pass portal_bench)

bench:
	$(Q)tools/install-deps build run check
	$(Q)$(MAKE) --no-print-directory all $(BENCH_HELPERS)
	$(Q)tests/bench/run

bench-plots:
	$(Q)tools/install-deps plots
	$(Q)tests/bench/plots

# What "make check-guard" compares with, from so many runs.
bench-record: RUNS ?= 20
bench-record:
	$(Q)tools/install-deps build run check
	$(Q)$(MAKE) --no-print-directory all $(BENCH_HELPERS)
	$(Q)tests/guard/run record $(RUNS)

bench-profile: BENCH_GROUPS := profile
bench-%:
	$(Q)tools/install-deps build run check $(BENCH_GROUPS)
	$(Q)$(MAKE) --no-print-directory all $(BENCH_HELPERS)
	$(Q)tests/bench/run $*
