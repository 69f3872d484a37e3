# SPDX-License-Identifier: GPL-2.0
# The portal: HTTP on the access side.

PORTAL_SOURCES := $(addprefix userspace/portal/, \
	answer.c captive.c fas.c form.c get.c host.c human.c json.c listen.c page.c page_pay.c page_session.c \
	page_write.c portal.c probe.c qr.c reply.c request.c source.c stream.c text.c \
	tls.c usage.c wallet.c)

# What the portal needs of others, for who links it.
PORTAL_PKGS := libmicrohttpd jansson gnutls libqrencode

# The files of the page, as arrays named after them.
PORTAL_FILES := $(addprefix userspace/portal/web/,icon.svg portal.css portal.js)
$(O)/gen/portal_files.h: $(PORTAL_FILES) userspace/portal/build.mk
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	$(Q)for f in $(PORTAL_FILES); do \
		printf 'static const unsigned char %s[] = {\n' "$$(basename $$f | tr . _)"; \
		od -An -v -tx1 $$f | sed 's/ \(..\)/0x\1,/g'; \
		printf '};\n'; \
	done >$@

$(foreach v,$(VARIANTS),$(O)/$(v)/userspace/portal/human.o): $(O)/gen/portal_files.h

$(eval $(call library,portal,$(PORTAL_SOURCES)))
