# SPDX-License-Identifier: GPL-2.0
# The wallet page: $(O)/wallet has what is served, and manifest.json says how.  Without
# Node.js, npm or a registry the rest is built without it.

ifneq ($(and $(shell command -v node),$(shell command -v npm)),)
WALLET_SOURCES := $(wildcard userspace/wallet/src/*.js userspace/wallet/page/*) \
	$(addprefix userspace/wallet/,build.js make package.json package-lock.json setup)

$(O)/wallet/stamp: $(WALLET_SOURCES)
	$(call say,PAGE,$(O)/wallet)
	$(Q)O="$(abspath $(O))" userspace/wallet/make

.PHONY: wallet
wallet: $(O)/wallet/stamp
all: wallet
endif
