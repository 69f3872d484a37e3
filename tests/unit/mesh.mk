# SPDX-License-Identifier: GPL-2.0

mesh_unit = $(eval $(call unit,$(1),tests/unit/$(1).c tests/unit/mesh_box.c,mesh,libnl-genl-3.0 libsodium))

CPPFLAGS_tests_unit_ += $(call pkg_cflags,libnl-genl-3.0)

$(call mesh_unit,mesh_batadv)
$(call mesh_unit,mesh_message)
$(call mesh_unit,mesh_tables)
$(call mesh_unit,mesh_topology)
