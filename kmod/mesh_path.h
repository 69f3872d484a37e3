/* SPDX-License-Identifier: GPL-2.0 */
/* What the last frames of a mesh led to, for the next ones of the same flows. */
#ifndef _TS_MESH_PATH_H
#define _TS_MESH_PATH_H

#include <linux/cache.h>
#include <linux/tokenswitch.h>
#include <linux/types.h>
#include "charge.h"
#include "counts.h"
#include "net.h"

struct nf_hook_state;
struct sk_buff;
struct ts_hop;
struct ts_key_entry;
struct ts_mesh_port;
struct ts_seen;

/* Flows that a CPU remembers of a device in one direction. */
#define TS_PATH_BITS 5

/**
 * struct ts_path_key - all bytes of a frame that its way hangs on
 * @outer: the first eight bytes of the outer header: where to, and of where from
 * @from: the rest of where from; above that the device it came in on, when it goes
 * @head: batman-adv's header from here on
 * @dest: goes on
 * @inner: goes on, in the longer header
 * @end: the last eight bytes of the inner addresses
 */
struct ts_path_key {
	u64 outer;
	u64 from;
	u64 head;
	u64 dest;
	u64 inner;
	u64 end;
};

/* struct ts_bought.kind: no counter. */
#define TS_BOUGHT_NOTHING TS_NEIGHBOUR_COUNT

/**
 * struct ts_bought - what the neighbour bills this box for
 * @kind: enum ts_neighbour_count, or TS_BOUGHT_NOTHING
 * @if_beyond: only if the frame inside goes or comes from beyond the mesh
 */
struct ts_bought {
	u8 kind;
	bool if_beyond;
};

/**
 * struct ts_path - what a frame led to
 * @key: of frames that it holds for
 * @generation: ts_net.path_generation before it was looked up; 0: empty
 * @toll: who pays for what came in
 * @port: where the device counts it on this CPU
 * @hop: the neighbour, likewise; .n NULL: it has no account, @seen counts
 * @bought: where the neighbour bills us for it: the device's counter, the neighbour's;
 *	the first one's .n NULL: it does not; the second one's: @seen counts
 * @dest: where the destination of what came in counts; .n NULL: in no table, @seen counts
 * @seen: of the one of @hop and @dest that has no counter; NULL: of none
 * @tag: as long as ts_seen_is() says so of @seen, it is that one
 * @entry: of the neighbour; NULL: none has it
 * @heard: jiffies when it was noted that the neighbour is awake
 * @asked: jiffies when @is_beyond was found out, for packets as the two below say
 * @far_addr: far address of an IPv4 packet inside
 * @start: what comes before: type of the frame inside, the packet's first two bytes
 * @is_beyond: it leads beyond the mesh
 * @l3: where the packet inside is, if it is bought only when that leads beyond the
 *	mesh; else 0
 * @far: where its far address is
 * @kind: enum ts_neighbour_count, of @port and @hop
 * @dir: enum ts_dir of class RELAY, of what came in
 * @bought_kind: enum ts_neighbour_count, of @bought
 */
struct ts_path {
	struct ts_path_key key;
	unsigned long generation;
	struct ts_toll toll;
	struct ts_counter port;
	struct ts_counter hop;
	struct ts_counter bought[2];
	struct ts_counter dest;
	struct ts_seen *seen;
	u64 tag;
	struct ts_key_entry *entry;
	unsigned long heard;
	unsigned long asked;
	u32 far_addr;
	u32 start;
	bool is_beyond;
	u8 l3;
	u8 far;
	u8 kind;
	u8 dir;
	u8 bought_kind;
} ____cacheline_aligned;

/** struct ts_paths - of one device on one CPU, by what the key hashes to */
struct ts_paths {
	struct ts_path ingress[1 << TS_PATH_BITS];
	struct ts_path egress[1 << TS_PATH_BITS];
};

/*
 * Something is not where paths lead any more.  Called when nobody can look it up
 * and before its grace period begins: who finds the old generation still, as who
 * has looked it up before, is waited for.
 */
static inline void ts_paths_changed(struct ts_net *tn)
{
	/* Fully ordered. */
	atomic_long_inc_return(&tn->path_generation);
}

/* To be asked before the first look: what changes meanwhile makes the path old. */
static inline unsigned long ts_path_generation(const struct ts_net *tn)
{
	return atomic_long_read_acquire(&tn->path_generation);
}

unsigned int ts_mesh_ingress(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state);
unsigned int ts_mesh_egress(void *priv, struct sk_buff *skb,
			    const struct nf_hook_state *state);
void ts_path_learn_ingress(const struct ts_hop *h);
void ts_path_learn_egress(const struct ts_hop *h, bool transit);

#endif /* _TS_MESH_PATH_H */
