# SPDX-License-Identifier: GPL-2.0
#
# libdiscovery: who else speaks Photon on the link; no I/O, no clock.  Link it
# with libphoton, for the text of addresses.

DISCOVERY_SOURCES := $(addprefix userspace/discovery/, \
	mdns_encode.c mdns_decode.c mdns_name.c peers.c)

$(eval $(call library,discovery,$(DISCOVERY_SOURCES)))
