# SPDX-License-Identifier: GPL-2.0
# The admin page and its door; the history that its plots show.
# Link in this order: admin portal keys photon.

ADMIN_SOURCES := $(addprefix userspace/admin/, \
	history.c)

$(eval $(call library,admin,$(ADMIN_SOURCES)))
