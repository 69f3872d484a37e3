// SPDX-License-Identifier: GPL-2.0
/*
 * The meter of an access port: one decision for each frame.
 *
 * The order of the steps is that of include/tokenswitch/classify.h, where the
 * other meters have it too.  Everything here runs under RCU with bottom halves
 * off, takes no lock and allocates nothing.
 *
 * What a station pays for is decided in one function for each direction; what is
 * seldom is behind calls, so that nothing is saved and cleared for it.
 */

#include <linux/if_vlan.h>
#include <linux/jiffies.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <tokenswitch/budget.h>
#include "account.h"
#include "bill.h"
#include "charge.h"
#include "class_of.h"
#include "key_lookup.h"
#include "meter.h"
#include "net.h"
#include "port.h"
#include "steer.h"
#include "stranger.h"
#include "trace.h"

/**
 * struct ts_sight - what is known of the frame in hand; sight_begin() sets it
 * @port: that it is on
 * @skb: itself
 * @frame: parsed
 * @key: the station
 * @entry: of @key, NULL: it has no account
 * @account: likewise
 * @stranger: place of a station without account, may be NULL
 * @dir: enum ts_dir
 * @class: enum ts_class
 * @length: of its bytes, the MAC header included
 * @bytes: that it costs
 * @packets: that it is
 * @by_box: coming down: this box sent it itself
 */
struct ts_sight {
	struct ts_port *port;
	struct sk_buff *skb;
	struct ts_frame frame;
	struct ts_key key;
	struct ts_key_entry *entry;
	struct ts_account *account;
	struct ts_stranger *stranger;
	u32 dir;
	u32 class;
	u32 length;
	u32 bytes;
	u32 packets;
	bool by_box;
};

static __always_inline void sight_begin(struct ts_sight *s, struct ts_port *port,
					struct sk_buff *skb, u32 dir, bool by_box)
{
	s->port = port;
	s->skb = skb;
	s->entry = NULL;
	s->account = NULL;
	s->stranger = NULL;
	s->dir = dir;
	s->class = TS_CLASS_INTERNET;
	s->length = skb->len - skb_mac_offset(skb);
	s->bytes = 0;
	s->packets = 1;
	s->by_box = by_box;
}

static u32 skb_tci(const struct sk_buff *skb)
{
	return skb_vlan_tag_present(skb) ? skb->vlan_tci : TS_FRAME_NO_TCI;
}

/* Of what a device put into pages a copy is looked at. */
static noinline u32 sight_parse_copy(struct ts_sight *s, int offset, u32 look)
{
	u8 buf[TS_FRAME_LOOK];

	if (skb_copy_bits(s->skb, offset, buf, look))
		return TS_FRAME_MALFORMED;
	return ts_frame_parse(&s->frame, buf, buf + look, s->dir,
			      skb_tci(s->skb));
}

static __always_inline u32 sight_parse(struct ts_sight *s, u32 dir)
{
	const struct sk_buff *skb = s->skb;
	const u8 *data = skb_mac_header(skb);
	u32 look = min_t(u32, s->length, TS_FRAME_LOOK);

	/* What is in pages lies behind what is linear. */
	if (unlikely(look + skb->data_len > s->length))
		return sight_parse_copy(s, data - skb->data, look);
	return ts_frame_parse(&s->frame, data, data + look, dir, skb_tci(skb));
}

static noinline void sight_find_stranger(struct ts_sight *s)
{
	struct ts_net *tn = s->port->tn;

	/* Who is written to did not prove to exist. */
	s->stranger = s->dir == TS_DIR_UP ?
		ts_stranger_see(tn, &s->key, s->port->dev->ifindex) :
		ts_stranger_find(tn, &s->key);
}

static __always_inline void sight_find(struct ts_sight *s, u32 dir)
{
	ts_key_pack(&s->key, s->frame.station, s->frame.vlan,
		    READ_ONCE(s->port->zone));
	s->entry = ts_key_lookup_rcu(s->port->tn, &s->key);
	if (unlikely(!s->entry)) {
		sight_find_stranger(s);
		return;
	}
	s->account = s->entry->account;
	if (dir != TS_DIR_UP)
		return;
	/* Likewise: a stranger who writes to it does not keep it awake. */
	if (time_after(jiffies, READ_ONCE(s->account->seen) + HZ / 4))
		WRITE_ONCE(s->account->seen, jiffies);
	if (READ_ONCE(s->entry->ifindex) != s->port->dev->ifindex)
		WRITE_ONCE(s->entry->ifindex, s->port->dev->ifindex);
}

/* What may be passed on, for nothing. */
static bool sight_police_onward(const struct ts_sight *s, u32 tokens)
{
	u32 keep = ts_onward_keep(s->dir);

	if (s->account)
		return ts_police_take_above(&s->account->onward,
					    TS_ONWARD_BYTES_PER_S,
					    TS_ONWARD_BURST_BYTES, tokens, keep);
	return (!s->stranger ||
		ts_police_take_above(&s->stranger->onward, TS_ONWARD_BYTES_PER_S,
				     TS_ONWARD_BURST_BYTES, tokens, keep)) &&
	       ts_police_take_above(&s->port->onward, TS_PORT_ONWARD_BYTES_PER_S,
				    TS_PORT_ONWARD_BURST_BYTES, tokens, keep);
}

/* Class free, up to the station's rate, and strangers up to the port's too. */
static bool sight_police(const struct ts_sight *s, u32 kind)
{
	u32 tokens = ts_free_tokens(kind, s->bytes);
	struct ts_police *p = NULL;

	if (kind == TS_SERVICE_LISTED && !sight_police_onward(s, tokens))
		return false;
	if (s->account)
		p = &s->account->police;
	else if (s->stranger)
		p = &s->stranger->police;
	if (p && !ts_police_take(p, TS_STATION_FREE_BYTES_PER_S,
				 TS_STATION_FREE_BURST_BYTES, tokens))
		return false;
	return s->account ||
	       ts_police_take(&s->port->police, TS_PORT_FREE_BYTES_PER_S,
			      TS_PORT_FREE_BURST_BYTES, tokens);
}

/* What passes without being billed, for whatever reason. */
static int sight_free_as(const struct ts_sight *s, u32 kind)
{
	if (!sight_police(s, kind))
		return TS_DROP_POLICED;
	if (s->account)
		ts_account_count(s->account, TS_CLASS_FREE, s->dir, s->bytes,
				 s->packets, 0, true);
	ts_port_count(s->port, free_bytes, s->bytes);
	return TS_CHARGE_PASS;
}

/* A plea, or the answer to one: no service was asked. */
static int sight_free(const struct ts_sight *s)
{
	return sight_free_as(s, TS_SERVICE_NONE);
}

static int sight_charge(const struct ts_sight *s)
{
	int verdict = ts_charge(s->port->tn, s->account, s->class, s->dir,
				s->bytes, s->packets);

	if (verdict == TS_CHARGE_PASS)
		ts_port_count(s->port, passed_bytes, s->bytes);
	return verdict;
}

/* The common case of sight_decide().  Return: false: nothing was taken. */
static __always_inline bool sight_take(const struct ts_sight *s, u32 dir)
{
	struct ts_toll toll __uninitialized;

	if (!s->account || s->frame.flags & TS_FRAME_GROUP ||
	    !ts_toll_find(&toll, s->account, s->class, dir) ||
	    !ts_toll_take(&toll, s->bytes, s->packets))
		return false;
	ts_port_count(s->port, passed_bytes, s->bytes);
	return true;
}

/* An account has asked a service, or a group that one may be in; @charged for it or not. */
static void sight_note_question(const struct ts_sight *s, bool charged)
{
	if (!s->account || s->dir != TS_DIR_UP)
		return;
	atomic_set(&s->account->asked, TS_ASKED_BYTES);
	if (charged)
		atomic_set(&s->account->answers, TS_ANSWERS_BYTES);
}

/* Group-addressed and going up: unbilled, but only for who could pay for it. */
static int sight_group_up(const struct ts_sight *s)
{
	struct ts_account *a = s->account;

	if (!ts_charge_is_trusted(a)) {
		if (!ts_budget_covers(&a->budget,
				      ts_budget_cost(&a->budget, s->class,
						     s->dir, s->bytes)))
			return TS_DROP_DRY;
		if (!ts_police_take(&a->group_police, TS_GROUP_BYTES_PER_S,
				    TS_GROUP_BURST_BYTES, s->bytes))
			return TS_DROP_POLICED;
	}
	sight_note_question(s, false);
	ts_port_count(s->port, group_bytes, s->bytes);
	return TS_CHARGE_PASS;
}

/* Return: true: so much was left for answers, and is taken. */
static bool answers_take(atomic_t *left, int bytes)
{
	return atomic_read(left) >= bytes && atomic_sub_return(bytes, left) >= 0;
}

/* An answer comes to who has asked: else others could spend what it may have for free. */
static bool sight_is_asked(const struct ts_sight *s)
{
	return !s->account || s->dir == TS_DIR_UP ||
	       answers_take(&s->account->asked, s->bytes);
}

/* An answer is charged to who was charged for asking, and a question always. */
static bool sight_is_chargeable(const struct ts_sight *s)
{
	if (!s->account || s->frame.flags & TS_FRAME_GROUP)
		return false;
	return s->dir == TS_DIR_UP || answers_take(&s->account->answers, s->bytes);
}

/* More of what may be passed on than is free: paid for, or it does not pass. */
static int sight_charge_onward(struct ts_sight *s)
{
	s->class = TS_CLASS_INTERNET;
	if (ts_charge_barred(s->account) != TS_CHARGE_PASS ||
	    sight_charge(s) != TS_CHARGE_PASS)
		return TS_DROP_POLICED;
	sight_note_question(s, true);
	return TS_CHARGE_PASS;
}

/* Asked of, or answered by, who may pass it on. */
static int sight_onward(struct ts_sight *s)
{
	int verdict;

	if (!sight_is_asked(s))
		return TS_DROP_POLICED;
	verdict = sight_free_as(s, TS_SERVICE_LISTED);
	if (verdict == TS_CHARGE_PASS)
		sight_note_question(s, false);
	else if (sight_is_chargeable(s))
		verdict = sight_charge_onward(s);
	return verdict;
}

/* A frame of class free. */
static int sight_class_free(struct ts_sight *s)
{
	u32 kind = ts_class_free_service(s->port, &s->frame, s->dir, s->by_box);

	return kind == TS_SERVICE_LISTED ? sight_onward(s) : sight_free_as(s, kind);
}

/*
 * A copy that a bridge flooded towards a port that the station is not behind.
 * The copy on its own port is billed; this one nobody reads, unless with the
 * same address, for nothing.
 */
static bool sight_is_flooded(const struct ts_sight *s)
{
	int ifindex;

	if (!s->entry || s->frame.flags & TS_FRAME_CONTROL)
		return false;
	ifindex = READ_ONCE(s->entry->ifindex);
	return ifindex && ifindex != s->port->dev->ifindex;
}

/* A frame that is not free: does its station pay for it? */
static noinline int sight_decide(const struct ts_sight *s)
{
	int verdict;

	if (!s->account)
		return s->dir == TS_DIR_UP ? TS_DROP_STRANGER :
					     TS_DROP_UNSOLICITED;
	verdict = ts_charge_barred(s->account);
	if (verdict != TS_CHARGE_PASS)
		return verdict;
	if (s->frame.flags & TS_FRAME_GROUP)
		return sight_group_up(s);
	return sight_charge(s);
}

static noinline unsigned int sight_drop(const struct ts_sight *s, int reason)
{
	ts_port_count(s->port, drops[reason], s->packets);
	if (s->account)
		ts_account_count(s->account, s->class, s->dir, s->bytes,
				 s->packets, 0, false);
	trace_ts_drop(s->port->dev->ifindex, s->account ? s->account->id : 0,
		      s->dir, reason, s->bytes);
	return NF_DROP;
}

static void sight_mark(const struct ts_sight *s, u32 marks)
{
	s->skb->mark = ts_mark(s->skb->mark, s->port->mark_mask,
			       TS_MARK_STAMP | marks);
}

/* What the box or its firewall shall answer, if the station may ask. */
static u32 sight_plea(const struct ts_sight *s)
{
	if (ts_class_calls_box(s->port, &s->frame))
		return TS_MARK_FREE;
	if (s->account &&
	    READ_ONCE(s->account->budget.flags) & TS_ACCOUNT_F_FORBID)
		return 0;
	return ts_frame_plea(&s->frame);
}

static noinline unsigned int sight_refuse_up(const struct ts_sight *s, int reason)
{
	u32 marks = sight_plea(s);

	if (reason == TS_DROP_STRANGER && s->stranger)
		ts_stranger_hint(s->port->tn, s->stranger, &s->key,
				 s->port->dev->ifindex);
	if (!marks || sight_free(s) != TS_CHARGE_PASS ||
	    !ts_steer_to_box(s->port, s->skb))
		return sight_drop(s, reason);
	if (marks & TS_MARK_FREE)
		sight_note_question(s, false);
	sight_mark(s, marks);
	return NF_ACCEPT;
}

static noinline unsigned int meter_free_up(struct ts_sight *s)
{
	int verdict = sight_class_free(s);

	if (verdict != TS_CHARGE_PASS)
		return sight_drop(s, verdict);
	sight_mark(s, TS_MARK_FREE);
	return NF_ACCEPT;
}

static __always_inline unsigned int meter_up(struct ts_sight *s)
{
	int verdict;

	if (s->class == TS_CLASS_FREE)
		return meter_free_up(s);
	if (unlikely(!sight_take(s, TS_DIR_UP))) {
		verdict = sight_decide(s);
		if (verdict != TS_CHARGE_PASS)
			return sight_refuse_up(s, verdict);
	}
	sight_mark(s, 0);
	return NF_ACCEPT;
}

/* What the station does not simply pay for. */
static noinline unsigned int meter_down_else(struct ts_sight *s)
{
	int verdict;

	if (ts_frame_is_foreign(&s->frame, s->by_box)) {
		/* It takes neither of the station's rate nor of its counters. */
		s->account = NULL;
		s->stranger = NULL;
	}
	if (sight_is_flooded(s)) {
		/* The account's counters are about the other copy. */
		s->account = NULL;
		return sight_drop(s, TS_DROP_UNSOLICITED);
	}
	if (s->class == TS_CLASS_FREE) {
		verdict = sight_class_free(s);
		return verdict == TS_CHARGE_PASS ? NF_ACCEPT :
						  sight_drop(s, verdict);
	}
	verdict = sight_decide(s);
	if (verdict == TS_CHARGE_PASS)
		return NF_ACCEPT;
	if (ts_frame_answers_plea(&s->frame, s->by_box) &&
	    sight_free(s) == TS_CHARGE_PASS)
		return NF_ACCEPT;
	return sight_drop(s, verdict);
}

/* Control frames, foreign ones among them, are of class free. */
static __always_inline unsigned int meter_down(struct ts_sight *s)
{
	if (likely(s->class != TS_CLASS_FREE && !sight_is_flooded(s) &&
		   sight_take(s, TS_DIR_DOWN)))
		return NF_ACCEPT;
	return meter_down_else(s);
}

/* Return: false when the frame needs no further look, then @verdict is set. */
static __always_inline bool sight_open(struct ts_sight *s, u32 dir,
				       unsigned int *verdict)
{
	u32 flags = sight_parse(s, dir);

	if (flags & TS_FRAME_MALFORMED) {
		*verdict = sight_drop(s, TS_DROP_MALFORMED);
		return false;
	}
	s->bytes = ts_bill_bytes(s->skb, &s->frame, s->length, &s->packets);
	if (dir == TS_DIR_DOWN && flags & TS_FRAME_GROUP) {
		ts_port_count(s->port, group_bytes, s->bytes);
		*verdict = NF_ACCEPT;
		return false;
	}
	s->class = ts_class_of(s->port, &s->frame, dir, s->by_box);
	sight_find(s, dir);
	return true;
}

/**
 * ts_meter_ingress() - decide about a frame from a station
 * @priv: struct ts_port
 * @skb: the frame, its data behind the MAC header
 * @state: not looked at
 *
 * Return: NF_ACCEPT or NF_DROP.
 */
unsigned int ts_meter_ingress(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	struct ts_sight s __uninitialized;
	unsigned int verdict;

	sight_begin(&s, priv, skb, TS_DIR_UP, false);
	return sight_open(&s, TS_DIR_UP, &verdict) ? meter_up(&s) : verdict;
}

/**
 * ts_meter_egress() - decide about a frame to a station
 * @priv: struct ts_port
 * @skb: the frame, its data at the MAC header
 * @state: not looked at
 *
 * What came in on a device, be it a tunnel's, has its number in skb_iif.
 *
 * Return: NF_ACCEPT or NF_DROP.
 */
unsigned int ts_meter_egress(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	struct ts_sight s __uninitialized;
	unsigned int verdict;

	sight_begin(&s, priv, skb, TS_DIR_DOWN, !skb->skb_iif);
	return sight_open(&s, TS_DIR_DOWN, &verdict) ? meter_down(&s) : verdict;
}
