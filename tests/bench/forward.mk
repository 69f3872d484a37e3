# SPDX-License-Identifier: GPL-2.0
$(O)/rel/tests/bench/forward_send.o: | $(O)/gen/forward_wrap.skel.h

$(eval $(call helper,forward_send,tests/bench/forward_send.c,,libbpf))
$(eval $(call helper,crowd,tests/bench/crowd.c tests/bench/row.c,tokenswitch,libbpf libmnl))
