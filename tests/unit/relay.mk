# SPDX-License-Identifier: GPL-2.0
$(eval $(call unit,ledger_relay,tests/unit/ledger_relay.c,ledger photon,sqlite3 libsecp256k1 nettle libsodium))
