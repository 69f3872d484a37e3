# SPDX-License-Identifier: GPL-2.0
# Programs of the tests inside the VM: frames of batman-adv made by hand, and a tsd
# that lies to its neighbours.
$(eval $(call helper,meshframe,tests/vm/meshframe.c,,))
$(eval $(call helper,tsd_liar,userspace/tsd/main.c tests/vm/liar.c,$(TSD_LIBRARIES),$(TSD_PACKAGES), \
	-lev -Xlinker --wrap=ts_relay_sold -Xlinker --wrap=ts_relay_bought))
