# SPDX-License-Identifier: GPL-2.0
#
# The vectors tier: every entry of a file made with the original node's
# packages, decoded, encoded, signed and recovered, under the sanitizers.

VECTORS ?= tests/conformance/vectors.json
VECTORS_SOURCES := $(addprefix tests/conformance/, \
	section_contract.c section_message.c vector.c vectors.c)

$(eval $(call link_rule,asan,$(O)/asan/test/vectors,$(VECTORS_SOURCES),photon,libsecp256k1 nettle libsodium jansson))
TEST_HELPERS += $(O)/asan/test/vectors
ALL_SOURCES += $(VECTORS_SOURCES)

.PHONY: check-vectors
check-vectors:
	$(Q)tools/install-deps build check
	$(Q)$(MAKE) --no-print-directory $(O)/asan/test/vectors
	$(Q)$(O)/asan/test/vectors "$(VECTORS)"
