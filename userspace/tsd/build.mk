# SPDX-License-Identifier: GPL-2.0
# tsd, the daemon.  All but main() is in libtsd, for the tests.

CPPFLAGS_userspace_tsd_ := $(call pkg_cflags,libnl-route-3.0)

$(eval $(call library,tsd,$(addprefix userspace/tsd/, \
	bypass.c bypass_judge.c carrier.c carry_limit.c chain.c chain_facts.c chain_follow.c chain_mirrored.c chain_payout.c chain_second.c chain_send.c \
	chain_status.c channel_export.c \
	clock.c command.c config.c config_amount.c config_chain.c config_community.c config_discovery.c \
	config_file.c config_listen.c config_mesh.c config_mirror.c config_money.c config_share.c \
	config_opennds.c config_read.c config_station.c control.c daemon.c discovery.c effects.c endpoint.c front.c \
	front_ops.c gate.c gate_text.c gift.c https.c liquidity.c lock.c log.c loop.c mdns_link.c mirror.c neigh.c \
	mesh.c mesh_claim.c metrics.c metrics_meter.c metrics_money.c metrics_text.c ndsctl.c opennds.c opennds_plan.c payout.c police.c ports.c post.c ready.c relay.c relay_adopt.c \
	relay_count.c relay_effects.c relay_hear.c relay_known.c relay_socket.c \
	relay_status.c \
	reply.c revenue.c roam.c rpc_watch.c selftest.c session.c sockets.c sponsor.c \
	statement.c station.c status.c udp.c unlock.c warning.c watcher.c watching.c)))

TSD_LIBRARIES := tsd admin portal billing relay mesh settle ledger chain keys discovery photon \
	tokenswitch
TSD_PACKAGES := libconfig libcurl $(PORTAL_PKGS) libnftables libmnl \
	libnl-route-3.0 libnl-genl-3.0 libbpf sqlite3 libsecp256k1 nettle libsodium

# libev has no pkg-config file.
$(eval $(call program,tsd,userspace/tsd/main.c,$(TSD_LIBRARIES),$(TSD_PACKAGES),-lev))

$(foreach v,$(VARIANTS),$(O)/$(v)/userspace/tsd/main.o): $(CONFIG_PATH_H)
