/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The meter: from a parsed frame to its fate, as the opening comment of
 * classify.h has it.  The same for XDP and tc.
 */
#ifndef TS_BPF_METER_H
#define TS_BPF_METER_H

#include <linux/bpf.h>
#include <stddef.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include "station.bpf.h"

/*
 * The fate of a frame: TS_FATE_DROP | enum ts_drop, or the marks that it
 * passes with, and TS_FATE_HOME: to the box alone.
 */
#define TS_FATE_DROP 0x100U
#define TS_FATE_HOME TS_XDP_META_HOME

/**
 * struct ts_bill - what is to be billed
 * @bytes: billed bytes
 * @segs: frames
 * @class: enum ts_class
 * @dir: enum ts_dir
 */
struct ts_bill {
	__u32 bytes;
	__u32 segs;
	__u32 class;
	__u32 dir;
};

/*
 * Functions that are not static are verified once and by themselves, so that
 * the paths of the parser do not multiply with those of the charge; they take
 * numbers only.  Hence the bill in two of them.
 */
static __always_inline __u32 ts_bill_pack(const struct ts_bill *bill)
{
	return bill->segs << 3 | (bill->class & 3) << 1 | bill->dir;
}

static __always_inline void ts_bill_unpack(struct ts_bill *bill, __u32 bytes, __u32 packed)
{
	bill->bytes = bytes;
	bill->segs = packed >> 3;
	bill->class = packed >> 1 & 3;
	bill->dir = packed & 1;
}

static __always_inline struct ts_port_counters *ts_count_port_on(__u32 cpu)
{
	__u32 i = cpu * TS_PORTS_MAX + ts_port.slot;

	return bpf_map_lookup_elem(&ts_port_stats, &i);
}

static __always_inline struct ts_port_counters *ts_count_port(void)
{
	return ts_count_port_on(bpf_get_smp_processor_id());
}

static __always_inline struct ts_account_stats *ts_count_account(__u32 id, __u32 cpu)
{
	__u32 i = ts_stats_index(id, cpu, ts_port.accounts_shift);

	return bpf_map_lookup_elem(&ts_stats, &i);
}

static __always_inline struct ts_paid_line *ts_count_line(__u32 id, __u32 cpu, __u32 class)
{
	__u32 i = ts_paid_index(id, cpu, class, ts_port.accounts_shift);

	return bpf_map_lookup_elem(&ts_paid, &i);
}

static __always_inline __u32 ts_drop(__u32 reason, __u32 segs)
{
	struct ts_port_counters *c = ts_count_port();

	if (c)
		c->drops[reason & (TS_DROP_COUNT - 1)] += segs;
	return TS_FATE_DROP | reason;
}

static __always_inline void ts_line_seen(struct ts_paid_line *line, __u32 dir)
{
	__u64 now;

	if (dir != TS_DIR_UP)
		return;
	now = bpf_jiffies64();
	if (line->last_seen != now)
		line->last_seen = now;
}

/* A frame of a station that is in no line of a class that is billed. */
static __always_inline void ts_count_seen(__u32 id, __u32 cpu, __u32 dir)
{
	struct ts_paid_line *line = ts_count_line(id, cpu, TS_CLASS_INTERNET);

	if (line)
		ts_line_seen(line, dir);
}

static __always_inline void ts_line_count(struct ts_paid_line *line,
					  const struct ts_bill *bill, __u64 units)
{
	__u32 dir = bill->dir & (TS_DIR_COUNT - 1);

	line->passed[dir].bytes += bill->bytes;
	line->passed[dir].packets += bill->segs;
	line->passed[dir].units += units;
	ts_line_seen(line, bill->dir);
}

static __always_inline void ts_count_paid(__u32 id, const struct ts_bill *bill, __u64 units)
{
	struct ts_paid_line *line = ts_count_line(id, bpf_get_smp_processor_id(), bill->class);

	if (line)
		ts_line_count(line, bill, units);
}

static __always_inline void ts_count_free(__u32 id, const struct ts_bill *bill)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct ts_account_stats *stats = ts_count_account(id, cpu);
	struct ts_stat_count *count;

	if (!stats)
		return;
	count = &stats->free[bill->dir & (TS_DIR_COUNT - 1)];
	count->bytes += bill->bytes;
	count->packets += bill->segs;
	ts_count_seen(id, cpu, bill->dir);
}

static __always_inline void ts_count_refusal(__u32 id, __u32 cpu, const struct ts_bill *bill)
{
	struct ts_account_stats *stats = ts_count_account(id, cpu);
	struct ts_stat_count *count;
	__u64 class = bill->class;

	if (!stats)
		return;
	/*
	 * In assembly, because the compiler may bound one copy of the number
	 * and use another, which the verifier of 6.1 does not connect.
	 */
	asm volatile("if %[class] < %[count] goto +1\n"
		     "%[class] = %[last]"
		     : [class] "+r"(class)
		     : [count] "i"(TS_STATS_CLASSES), [last] "i"(TS_CLASS_INTERNET));
	count = &stats->dropped[class][bill->dir & (TS_DIR_COUNT - 1)];
	count->bytes += bill->bytes;
	count->packets += bill->segs;
	ts_count_seen(id, cpu, bill->dir);
}

__noinline int ts_account_bill(__u32 id, __u64 a, __u32 bytes, __u32 packed);

/* Return: 1: so much was left for answers, and is taken. */
static __always_inline int ts_answers_take(__u32 *left, __u32 bytes)
{
	return (__s32)*(volatile __u32 *)left >= (__s32)bytes &&
	       (__s32)__sync_fetch_and_add(left, -bytes) >= (__s32)bytes;
}

/* An answer comes to who has asked: else others could spend what it may have for free. */
static __always_inline int ts_onward_asked(__u32 id, const struct ts_bill *bill)
{
	struct ts_account_police *police = bpf_map_lookup_elem(&ts_police, &id);

	return police && (bill->dir == TS_DIR_UP ||
			  ts_answers_take(&police->asked, bill->bytes));
}

/* An answer is charged to who was charged for asking, and a question always. */
static __always_inline int ts_onward_chargeable(__u32 id, const struct ts_bill *bill)
{
	struct ts_account_police *police = bpf_map_lookup_elem(&ts_police, &id);

	return police && (bill->dir == TS_DIR_UP ||
			  ts_answers_take(&police->answers, bill->bytes));
}

/* An account has asked a service, or a group that one may be in; @charged for it or not. */
static __always_inline void ts_onward_note(__u32 id, const struct ts_bill *bill, int charged)
{
	struct ts_account_police *police;

	/* The line of number 0 would be all strangers'. */
	if (!id || bill->dir != TS_DIR_UP)
		return;
	police = bpf_map_lookup_elem(&ts_police, &id);
	if (!police)
		return;
	*(volatile __u32 *)&police->asked = TS_ASKED_BYTES;
	if (charged)
		*(volatile __u32 *)&police->answers = TS_ANSWERS_BYTES;
}

/* More of what may be passed on than is free.  Return: 1: paid; counted either way. */
static __always_inline int ts_onward_charge(__u32 id, __u64 a, struct ts_bill *bill)
{
	bill->class = TS_CLASS_INTERNET;
	if (ts_account_bill(id, a, bill->bytes, ts_bill_pack(bill)))
		return 0;
	ts_onward_note(id, bill, 1);
	return 1;
}

static __always_inline int ts_refuse_free(__u32 id, const struct ts_bill *bill)
{
	if (id)
		ts_count_refusal(id, bpf_get_smp_processor_id(), bill);
	return 0;
}

/**
 * ts_pass_free() - unbilled, but only as much as the free rate allows
 * @id: account; 0: a stranger
 * @a: the station
 * @bytes: how much
 * @packed: the rest of the bill; class internet: an account may be charged for it
 *	when it is LISTED and more than is free
 * @kind: of ts_frame_free_service()
 *
 * Return: 1 when it may pass; it is counted either way.
 */
__noinline int ts_pass_free(__u32 id, __u64 a, __u32 bytes, __u32 packed, __u32 kind)
{
	int listed = id && kind == TS_SERVICE_LISTED, charge;
	struct ts_port_counters *c;
	struct ts_bill bill;

	ts_bill_unpack(&bill, bytes, packed);
	charge = listed && bill.class == TS_CLASS_INTERNET;
	bill.class = TS_CLASS_FREE;
	if (!id && bill.dir == TS_DIR_UP)
		ts_stranger_note(a);
	if (listed && !ts_onward_asked(id, &bill))
		return ts_refuse_free(id, &bill);
	if (!ts_station_police(id, a, ts_free_tokens(kind, bytes), kind, bill.dir))
		return charge && ts_onward_chargeable(id, &bill) ?
		       ts_onward_charge(id, a, &bill) : ts_refuse_free(id, &bill);
	if (listed)
		ts_onward_note(id, &bill, 0);
	if (id)
		ts_count_free(id, &bill);
	c = ts_count_port();
	if (c)
		c->free_bytes += bytes;
	return 1;
}

static __always_inline __u32 ts_try_free(const struct ts_station *s,
					 const struct ts_bill *bill, __u32 kind)
{
	return ts_pass_free(s->id, s->a, bill->bytes, ts_bill_pack(bill), kind);
}

/* The same for class free, where it matters who is asked; groups are never charged. */
static __always_inline __u32 ts_try_class_free(const struct ts_station *s,
					       const struct ts_frame *f,
					       struct ts_bill *bill, int by_box)
{
	__u32 kind = ts_frame_free_service(f, NULL, bill->dir, by_box);

	if (!(f->flags & TS_FRAME_GROUP))
		bill->class = TS_CLASS_INTERNET;
	return ts_try_free(s, bill, kind);
}

/*
 * The first CPU to see that an account has expired says so.  Its time may have
 * been extended, and the bit cleared, since this CPU read it: nobody else would
 * clear it again.  The driver changes the time before the bit, so who reads the
 * time after the bit cannot miss it.  Return: 1: it has expired.
 */
static __noinline int ts_expire(struct ts_budget *line, __u32 id, __u64 a)
{
	__u64 expires;

	if (!line)
		return 1;
	if (__sync_fetch_and_or(&line->flags, TS_ACCOUNT_F_EXPIRED) & TS_ACCOUNT_F_EXPIRED)
		return 1;
	expires = ts_load(&line->expires);
	if (!expires || bpf_jiffies64() < expires) {
		__sync_fetch_and_and(&line->flags, ~TS_ACCOUNT_F_EXPIRED);
		return 0;
	}
	ts_event_money(line, id, TS_EVENT_EXPIRED, a);
	return 1;
}

static __always_inline int ts_line_closed(struct ts_budget *line,
					  __u32 id, __u64 a, __u32 flags)
{
	__u64 expires;

	if (flags & (TS_ACCOUNT_F_FORBID | TS_ACCOUNT_F_EXPIRED))
		return 1;
	expires = ts_load(&line->expires);
	if (!expires || bpf_jiffies64() < expires)
		return 0;
	return ts_expire(line, id, a);
}

/*
 * Take a frame from an account's line, @units set to what was charged.
 * Return: 0, or 1 + enum ts_drop.
 */
static __always_inline __u32 ts_line_charge(struct ts_budget *line, __u32 id, __u64 a,
					    const struct ts_bill *bill, __u64 *units)
{
	__u32 flags = *(volatile __u32 *)&line->flags;
	unsigned int verdict;

	*units = 0;
	if (ts_line_closed(line, id, a, flags))
		return 1 + TS_DROP_FORBIDDEN;
	if (flags & TS_ACCOUNT_F_TRUSTED)
		return 0;
	*units = ts_budget_cost(line, bill->class, bill->dir, bill->bytes);
	verdict = ts_budget_charge(line, *units);
	if (verdict == TS_VERDICT_PASS)
		return 0;
	if (verdict & TS_VERDICT_LOW)
		ts_event_money(line, id, TS_EVENT_LOW, a);
	if (verdict & TS_VERDICT_DRY)
		ts_event_money(line, id, TS_EVENT_EXHAUSTED, a);
	return verdict & TS_VERDICT_PASS ? 0 : 1 + TS_DROP_DRY;
}

/**
 * ts_account_bill() - bill a frame to an account
 * @id: account
 * @a: its station
 * @bytes: how much
 * @packed: the rest of the bill
 *
 * Return: 0: it passes, else 1 + enum ts_drop; it is counted either way.
 */
__noinline int ts_account_bill(__u32 id, __u64 a, __u32 bytes, __u32 packed)
{
	struct ts_port_counters *c;
	struct ts_budget *line;
	struct ts_bill bill;
	__u32 refusal;
	__u64 units;

	ts_bill_unpack(&bill, bytes, packed);
	line = bpf_map_lookup_elem(&ts_accounts, &id);
	if (!line)
		return 1 + TS_DROP_GONE;
	refusal = ts_line_charge(line, id, a, &bill, &units);
	if (refusal) {
		ts_count_refusal(id, bpf_get_smp_processor_id(), &bill);
		return refusal;
	}
	ts_count_paid(id, &bill, units);
	c = ts_count_port();
	if (c)
		c->passed_bytes += bytes;
	return 0;
}

/* Return: 0, or 1 + enum ts_drop. */
static __always_inline __u32 ts_line_group(struct ts_budget *line, __u32 id, __u64 a,
					   const struct ts_bill *bill)
{
	__u32 flags = *(volatile __u32 *)&line->flags;
	struct ts_account_police *police;

	if (ts_line_closed(line, id, a, flags))
		return 1 + TS_DROP_FORBIDDEN;
	if (flags & TS_ACCOUNT_F_TRUSTED)
		return 0;
	if (!ts_budget_covers(line, ts_budget_cost(line, bill->class, bill->dir, bill->bytes)))
		return 1 + TS_DROP_DRY;
	police = bpf_map_lookup_elem(&ts_police, &id);
	if (!police || !ts_police_take(&police->group, TS_GROUP_BYTES_PER_S,
				       TS_GROUP_BURST_BYTES, bill->bytes, 0))
		return 1 + TS_DROP_POLICED;
	return 0;
}

/**
 * ts_account_group() - may an account send this to a group?
 * @id: account
 * @a: its station
 * @bytes: how much
 * @packed: the rest of the bill
 *
 * It costs nothing, so a refusal is counted by the account and what passes by
 * the port alone.
 *
 * Return: 0: it passes, else 1 + enum ts_drop.
 */
__noinline int ts_account_group(__u32 id, __u64 a, __u32 bytes, __u32 packed)
{
	struct ts_port_counters *c;
	struct ts_budget *line;
	struct ts_bill bill;
	__u32 refusal;

	ts_bill_unpack(&bill, bytes, packed);
	line = bpf_map_lookup_elem(&ts_accounts, &id);
	if (!line)
		return 1 + TS_DROP_GONE;
	refusal = ts_line_group(line, id, a, &bill);
	if (refusal) {
		ts_count_refusal(id, bpf_get_smp_processor_id(), &bill);
		return refusal;
	}
	ts_onward_note(id, &bill, 0);
	ts_count_seen(id, bpf_get_smp_processor_id(), bill.dir);
	c = ts_count_port();
	if (c)
		c->group_bytes += bytes;
	return 0;
}

/* For ts_bill_once(): nothing was done. */
#define TS_BILL_UNDECIDED (~0U)

/*
 * The common cases of ts_account_bill() without a call, which costs more than all
 * that it does: paid for, and dry for some time.
 * Return: as there, or TS_BILL_UNDECIDED.
 */
static __always_inline __u32 ts_bill_once(__u32 id, const struct ts_bill *bill)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct ts_budget *line = bpf_map_lookup_elem(&ts_accounts, &id);
	struct ts_paid_line *paid = ts_count_line(id, cpu, bill->class);
	struct ts_port_counters *c = ts_count_port_on(cpu);
	__u64 expires, units;

	if (!line || !paid || !c || line->flags)
		return TS_BILL_UNDECIDED;
	/* Fetched beside the line: behind its atomic it would be waited for. */
	(void)*(volatile __u64 *)&paid->last_seen;
	expires = ts_load(&line->expires);
	if (expires && bpf_jiffies64() >= expires)
		return TS_BILL_UNDECIDED;
	units = ts_budget_cost(line, bill->class, bill->dir, bill->bytes);
	if (ts_budget_charge_once(line, units)) {
		ts_line_count(paid, bill, units);
		c->passed_bytes += bill->bytes;
		return 0;
	}
	if (!ts_budget_stays_dry(line, units))
		return TS_BILL_UNDECIDED;
	ts_count_refusal(id, cpu, bill);
	return 1 + TS_DROP_DRY;
}

static __always_inline __u32 ts_bill_frame(const struct ts_station *s,
					   const struct ts_bill *bill)
{
	__u32 refusal = ts_bill_once(s->id, bill);

	return refusal != TS_BILL_UNDECIDED ? refusal :
	       ts_account_bill(s->id, s->a, bill->bytes, ts_bill_pack(bill));
}

/* A close or an operator forbade it, as opposed to time. */
static __always_inline int ts_account_forbidden(__u32 id)
{
	struct ts_budget *line = bpf_map_lookup_elem(&ts_accounts, &id);

	return line && line->flags & TS_ACCOUNT_F_FORBID;
}

/* A refused station may still ask the box, or to be redirected or refused. */
static __always_inline __u32 ts_meter_plea(const struct ts_frame *f,
					   const struct ts_station *s,
					   const struct ts_bill *bill, __u32 reason)
{
	__u32 marks = ts_frame_plea(f);

	if (ts_frame_calls_box(f, NULL))
		marks = TS_MARK_FREE | TS_FATE_HOME;
	else if (marks && reason == TS_DROP_FORBIDDEN && ts_account_forbidden(s->id))
		marks = 0;
	if (marks && ts_try_free(s, bill, TS_SERVICE_NONE)) {
		if (marks & TS_MARK_FREE)
			ts_onward_note(s->id, bill, 0);
		return marks | TS_MARK_STAMP;
	}
	if (!s->id && !marks)
		ts_stranger_note(s->a);
	return ts_drop(reason, bill->segs);
}

/**
 * ts_meter_up() - the fate of a frame from a client
 * @f: parsed
 * @bytes: billed bytes
 * @segs: frames
 *
 * Return: fate.
 */
static __always_inline __u32 ts_meter_up(const struct ts_frame *f, __u32 bytes, __u32 segs)
{
	struct ts_bill bill = { .bytes = bytes, .segs = segs, .dir = TS_DIR_UP };
	__u32 refusal = 1 + TS_DROP_STRANGER;
	struct ts_station s;

	if (f->flags & TS_FRAME_MALFORMED)
		return ts_drop(TS_DROP_MALFORMED, segs);
	bill.class = ts_frame_class(f, NULL, TS_DIR_UP, 0);
	ts_station_find(&s, f, TS_DIR_UP);
	if (bill.class == TS_CLASS_FREE)
		return ts_try_class_free(&s, f, &bill, 0) ? TS_MARK_STAMP | TS_MARK_FREE :
							    ts_drop(TS_DROP_POLICED, segs);
	if (s.id && f->flags & TS_FRAME_GROUP)
		refusal = ts_account_group(s.id, s.a, bytes, ts_bill_pack(&bill));
	else if (s.id)
		refusal = ts_bill_frame(&s, &bill);
	if (!refusal)
		return TS_MARK_STAMP;
	return ts_meter_plea(f, &s, &bill, refusal - 1);
}

/* A control frame to a station that others than this box have sent. */
static __always_inline __u32 ts_meter_foreign(__u32 bytes, __u32 segs)
{
	struct ts_port_counters *c;

	if (!ts_port_police(bytes))
		return ts_drop(TS_DROP_POLICED, segs);
	c = ts_count_port();
	if (c)
		c->free_bytes += bytes;
	return 0;
}

/**
 * ts_meter_down() - the fate of a frame to a client
 * @f: parsed
 * @bytes: billed bytes
 * @segs: frames
 * @by_box: this box sent it itself
 *
 * Return: fate; the marks say nothing.
 */
static __always_inline __u32 ts_meter_down(const struct ts_frame *f, __u32 bytes,
					   __u32 segs, int by_box)
{
	struct ts_bill bill = { .bytes = bytes, .segs = segs, .dir = TS_DIR_DOWN };
	__u32 refusal = 1 + TS_DROP_UNSOLICITED;
	struct ts_port_counters *c;
	struct ts_station s;

	if (f->flags & TS_FRAME_MALFORMED)
		return ts_drop(TS_DROP_MALFORMED, segs);
	if (f->flags & TS_FRAME_GROUP) {
		c = ts_count_port();
		if (c)
			c->group_bytes += bytes;
		return 0;
	}
	if (ts_frame_is_foreign(f, by_box))
		return ts_meter_foreign(bytes, segs);
	bill.class = ts_frame_class(f, NULL, TS_DIR_DOWN, by_box);
	ts_station_find(&s, f, TS_DIR_DOWN);
	if (s.elsewhere && !(f->flags & TS_FRAME_CONTROL))
		return ts_drop(TS_DROP_UNSOLICITED, segs);
	if (bill.class == TS_CLASS_FREE)
		return ts_try_class_free(&s, f, &bill, by_box) ?
		       0 : ts_drop(TS_DROP_POLICED, segs);
	if (s.id)
		refusal = ts_bill_frame(&s, &bill);
	if (!refusal)
		return 0;
	if (ts_frame_answers_plea(f, by_box) && ts_try_free(&s, &bill, TS_SERVICE_NONE))
		return 0;
	return ts_drop(refusal - 1, segs);
}

#endif /* TS_BPF_METER_H */
