# SPDX-License-Identifier: GPL-2.0
# The portal: HTTP on the access side.

PORTAL_SOURCES := $(addprefix userspace/portal/, \
	answer.c get.c host.c json.c page.c portal.c reply.c request.c source.c \
	stream.c)

$(eval $(call library,portal,$(PORTAL_SOURCES)))
