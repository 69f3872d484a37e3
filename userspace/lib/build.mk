# SPDX-License-Identifier: GPL-2.0
# libtokenswitch: one meter interface, two drivers; text forms of its nouns.

TS_LIB_SOURCES := $(addprefix userspace/lib/, \
	meter.c meter_mesh.c event.c key.c rule.c \
	meter_bpf.c meter_bpf_account.c meter_bpf_addr.c meter_bpf_attach.c \
	meter_bpf_book.c meter_bpf_claim.c meter_bpf_clock.c meter_bpf_device.c \
	meter_bpf_event.c meter_bpf_fast.c meter_bpf_fast_look.c meter_bpf_grace.c meter_bpf_grant.c meter_bpf_key.c \
	meter_bpf_lock.c meter_bpf_map.c meter_bpf_pin.c meter_bpf_port.c meter_bpf_program.c \
	meter_bpf_read.c meter_bpf_repair.c meter_bpf_rule.c meter_bpf_stranger.c \
	meter_bpf_tariff.c \
	meter_genl.c meter_genl_talk.c meter_genl_msg.c meter_genl_dump.c \
	meter_genl_event.c meter_genl_mesh.c)

$(eval $(call library,tokenswitch,$(TS_LIB_SOURCES)))

# The skeletons are made before what includes them is compiled.
$(foreach v,$(VARIANTS),$(O)/$(v)/userspace/lib/meter_bpf_program.o): $(BPF_SKELETONS)
