# SPDX-License-Identifier: GPL-2.0
# tsd, the daemon.  What tests use of it is in libtsd.

TSD_SOURCES := $(addprefix userspace/tsd/, \
	config.c config_money.c config_read.c endpoint.c gate.c gate_text.c \
	log.c price.c)
TSD_PKGS := libconfig jansson

$(eval $(call library,tsd,$(TSD_SOURCES)))
