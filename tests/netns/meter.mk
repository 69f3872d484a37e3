# SPDX-License-Identifier: GPL-2.0
$(eval $(call helper,meter_suite,$(addprefix tests/netns/,meter_suite.c meter_tables.c \
	meter_adopt.c meter_close.c meter_free.c \
	meter_ports.c meter_stack.c meter_traffic.c meter_net.c),tokenswitch,libbpf libmnl))
CPPFLAGS_tests_netns_ := -Itests/netns
