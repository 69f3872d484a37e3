# SPDX-License-Identifier: GPL-2.0
# The witness of the power cuts.
$(eval $(call helper,power_payer,tests/power/power_payer.c,ledger photon,sqlite3 libsecp256k1 nettle libsodium))
