# SPDX-License-Identifier: GPL-2.0
# The admin page and its door; the history that its plots show.
# Link in this order: admin portal keys ledger chain photon.

ADMIN_SOURCES := $(addprefix userspace/admin/, \
	answer.c door.c guard.c history.c login.c page.c plot.c request.c secret.c table.c)

# The files of the page, as arrays named after them.
ADMIN_FILES := userspace/admin/web/admin.css userspace/portal/web/icon.svg
$(O)/gen/admin_files.h: $(ADMIN_FILES) userspace/admin/build.mk
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	$(Q)for f in $(ADMIN_FILES); do \
		printf 'static const unsigned char %s[] = {\n' "$$(basename $$f | tr . _)"; \
		od -An -v -tx1 $$f | sed 's/ \(..\)/0x\1,/g'; \
		printf '};\n'; \
	done >$@

$(foreach v,$(VARIANTS),$(O)/$(v)/userspace/admin/answer.o): $(O)/gen/admin_files.h

$(eval $(call library,admin,$(ADMIN_SOURCES)))
