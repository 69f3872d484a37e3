// SPDX-License-Identifier: GPL-2.0
/* Any bytes as a batman-adv frame: nothing read outside, no offset outside. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tokenswitch/batadv_frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(ok)                 \
	do {                     \
		if (!(ok))       \
			abort(); \
	} while (0)

static void must_lie_inside(unsigned int off, unsigned int bytes, size_t size)
{
	if (off) {
		must(off >= 2);
		must(off + bytes <= size);
	}
}

static void must_agree(const struct ts_batadv_frame *a, const struct ts_batadv_frame *b)
{
	must(a->kind == b->kind && a->type == b->type && a->ttl == b->ttl);
	must(a->frag_no == b->frag_no && a->frag_head == b->frag_head);
	must(a->dest_off == b->dest_off && a->orig_off == b->orig_off);
	must(a->inner_off == b->inner_off);
	must(a->dests_off == b->dests_off && a->dests_count == b->dests_count);
	must(a->frag_seqno == b->frag_seqno && a->frag_total == b->frag_total);
}

static void must_be_whole(const struct ts_batadv_frame *f, size_t size)
{
	must_lie_inside(f->dest_off, 6, size);
	must_lie_inside(f->orig_off, 6, size);
	must_lie_inside(f->inner_off, TS_BATADV_INNER_BYTES, size);
	must_lie_inside(f->dests_off, 6 * f->dests_count, size);
	must(f->dests_off || !f->dests_count);
	switch (f->kind) {
	case TS_BATADV_K_UNICAST:
		must(f->dest_off == 4);
		break;
	case TS_BATADV_K_MCAST:
		must(!f->dest_off && !f->orig_off);
		must(!f->inner_off || f->dests_off + 6 * f->dests_count <= f->inner_off);
		break;
	case TS_BATADV_K_BCAST:
	case TS_BATADV_K_CONTROL:
		must(!f->dest_off && f->orig_off);
		break;
	default:
		must(!f->dest_off && !f->orig_off && !f->inner_off && !f->dests_off);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ts_batadv_frame first, second, cut;
	size_t head = size < TS_BATADV_HEAD_BYTES ? size : TS_BATADV_HEAD_BYTES;

	memset(&first, 0x00, sizeof(first));
	memset(&second, 0xff, sizeof(second));
	must(ts_batadv_frame_parse(data, data + size, &first) == first.kind);
	ts_batadv_frame_parse(data, data + size, &second);
	must_agree(&first, &second);
	must_be_whole(&first, size);

	/* What the header promises to callers with paged buffers. */
	ts_batadv_frame_parse(data, data + head, &cut);
	if (first.kind != TS_BATADV_K_MCAST && cut.kind != TS_BATADV_K_MCAST &&
	    first.type != TS_BATADV_MCAST)
		must_agree(&first, &cut);
	return 0;
}
