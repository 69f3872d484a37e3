# SPDX-License-Identifier: GPL-2.0
#
# libmesh: what batman-adv knows of the mesh, and what follows from it for who
# pays.  Only batadv.c does I/O; nothing here knows a clock.

CPPFLAGS_userspace_mesh_ := $(call pkg_cflags,libnl-genl-3.0)

$(eval $(call library,mesh,$(addprefix userspace/mesh/, \
	batadv.c message.c pick.c tables.c topology.c topology_fold.c)))
