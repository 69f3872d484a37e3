# SPDX-License-Identifier: GPL-2.0
# libtokenswitch: one meter interface, two drivers; text forms of its nouns.

TS_LIB_SOURCES := $(addprefix userspace/lib/, \
	meter.c key.c rule.c \
	meter_genl.c meter_genl_talk.c meter_genl_msg.c meter_genl_dump.c meter_genl_event.c)
TS_LIB_PKGS := libbpf libmnl

$(eval $(call library,tokenswitch,$(TS_LIB_SOURCES)))
