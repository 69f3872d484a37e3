// SPDX-License-Identifier: GPL-2.0
/*
 * courier.c - messages between the purse and the box.  What is brought was
 * committed before; what is fetched is committed before its Ack is (M10).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "chain/token.h"
#include "photon/evidence.h"
#include "tspay/payer.h"
#include "tspay/udp.h"

/* HTTP attempts and UDP sends of one datagram before giving up for now. */
#define DELIVER_TRIES	5
/* The box shows the next message when the one before has its Ack. */
#define FETCH_ROUNDS	8

void payer_nap(const struct payer *p, int seconds)
{
	struct timespec t = { .tv_sec = seconds };

	if (!*p->stop)
		nanosleep(&t, NULL);
}

static void datagram_of(struct ts_datagram *d, const struct ts_outgoing *out)
{
	d->len = out->len;
	memcpy(d->b, out->b, out->len);
}

/* The box lost what it acked, or the Ack was a lie (M9): all before @head again, or all. */
static void send_before(struct payer *p, const struct ts_outgoing *head)
{
	const struct ts_outbox *o = &p->purse.life.outbox;
	struct ts_datagram d;
	char err[512];
	size_t i;

	for (i = 0; i < o->queue_count && &o->queue[i] != head; i++) {
		datagram_of(&d, &o->queue[i]);
		box_pay(p->box, &d, &o->queue[i].to, err, sizeof(err));
	}
}

void payer_repeat(struct payer *p)
{
	send_before(p, NULL);
}

/* Return: 0 acked, 1 not. */
static int deliver_http(struct payer *p, const struct ts_outgoing *out)
{
	char err[512] = "stopped";
	struct ts_datagram d;
	int i;

	datagram_of(&d, out);
	for (i = 0; i < DELIVER_TRIES && !*p->stop; i++) {
		switch (box_pay(p->box, &d, &out->to, err, sizeof(err))) {
		case PAID_ACKED:
			return 0;
		case PAID_REFUSED:
			show_line(&p->show, "refused: %s", err);
			return 1;
		case PAID_GAP:
			send_before(p, out);
			break;
		case PAID_NO_ANSWER:
			payer_nap(p, 1 << (i < 2 ? i : 2));
			break;
		}
	}
	show_line(&p->show, "not delivered yet: %s", err);
	return 1;
}

static int deliver_udp(struct payer *p, const struct ts_outgoing *out)
{
	struct ts_datagram d;
	int ret;

	datagram_of(&d, out);
	ret = udp_deliver(p->udp_fd, &d, &out->to, DELIVER_TRIES, p->stop);
	if (ret)
		show_line(&p->show, "not delivered yet: %s",
			  ret == -ETIMEDOUT ? "no Ack (a Photon node is silent about what it refuses)" :
			  strerror(-ret));
	return ret ? 1 : 0;
}

static int deliver(struct payer *p, const struct ts_outgoing *out)
{
	struct ts_datagram d;
	char err[512];

	datagram_of(&d, out);
	if (p->udp_fd >= 0 ? deliver_udp(p, out) : deliver_http(p, out))
		return 1;
	if (!purse_acked(&p->purse, &d, err, sizeof(err)))
		return 0;
	fprintf(stderr, "tspay: %s\n", err);
	return 1;
}

static const struct ts_outgoing *outstanding(const struct ts_outbox *o)
{
	size_t i;

	for (i = 0; i < o->queue_count; i++)
		if (!o->queue[i].acked)
			return &o->queue[i];
	return NULL;
}

int payer_deliver(struct payer *p)
{
	const struct ts_outbox *o = &p->purse.life.outbox;
	const struct ts_outgoing *out;
	size_t i = 0;

	/*
	 * Answers are for whoever asked, and may be of no use to it any more: a
	 * refusal of one holds up nothing.  Of others than the box we know no place.
	 */
	while (i < o->parallel_count && !*p->stop) {
		out = &o->parallel[i];
		if (!ts_address_equal(&out->to, &p->purse.life.channel.partner_address) ||
		    deliver(p, out))
			i++;
	}
	while ((out = outstanding(o)))
		if (deliver(p, out))
			return 1;
	return 0;
}

/**
 * struct fetch - one look into the outbox
 * @p: whose
 * @moment: now
 * @taken: new messages so far
 * @failed: and that was said
 */
struct fetch {
	struct payer *p;
	const struct ts_moment *moment;
	unsigned int taken;
	bool failed;
};

static void tell(struct payer *p, ts_u128 before_wei)
{
	ts_u128 wei = p->purse.life.channel.partner_proof.transferred_wei - before_wei;
	char amount[TS_TOKEN_TEXT_SIZE];

	if (wei)
		show_line(&p->show, "received %s %s, nonce %llu",
			  ts_token_print(wei, p->token.decimals, amount),
			  p->token.symbol[0] ? p->token.symbol : "wei",
			  (unsigned long long)p->purse.life.channel.partner_proof.nonce);
}

/*
 * The box's ledger is from a backup, and it asks what of its we have.  It is told the
 * newest: with an older one it would sign anew what we hold already, and we could claim
 * only one of the two.  Return: whether that is what @d is.
 */
static bool answer(struct payer *p, const struct ts_datagram *d)
{
	const struct ts_channel *c = &p->purse.life.channel;
	struct ts_datagram shown = { .len = TS_EVIDENCE_BYTES };
	struct ts_evidence evidence;
	struct ts_address signer;
	struct ts_question q;
	char err[512];

	if (ts_question_decode(&q, d->b, d->len))
		return false;
	if (!ts_hash_equal(&q.channel_identifier, &c->channel_identifier) ||
	    q.open_block_number != c->open_block_number ||
	    ts_question_recover(d->b, &signer) ||
	    !ts_address_equal(&signer, &c->partner_address))
		return true;
	ts_evidence_make(&evidence, c, &q);
	ts_evidence_sign(&evidence, p->signer, shown.b);
	if (box_pay(p->box, &shown, &c->partner_address, err, sizeof(err)) == PAID_ACKED)
		show_line(&p->show, "the box had to restore a backup; it was shown its transfers to us and ours to it");
	else
		show_line(&p->show, "the box had to restore a backup, and does not take what it is shown: %s", err);
	return true;
}

static int on_message(const struct ts_datagram *d, void *arg)
{
	struct fetch *f = arg;
	struct payer *p = f->p;
	ts_u128 before_wei = p->purse.life.channel.partner_proof.transferred_wei;
	uint8_t ack[TS_ACK_BYTES];
	char err[512];
	int ret;

	if (answer(p, d))
		return 0;
	ret = purse_take(&p->purse, p->signer, f->moment, d, ack, err, sizeof(err));
	if (ret > 0) {
		tell(p, before_wei);
		f->taken += ret > 1;
		/* Lost, the same message is there again. */
		ret = box_ack(p->box, ack, err, sizeof(err));
	} else if (ret == -EPROTO) {
		/* What we do not take is no reason not to look at what follows. */
		show_line(&p->show, "%s", err);
		ret = 0;
	}
	if (ret)
		show_line(&p->show, "%s", err);
	f->failed = ret;
	return ret;
}

int payer_fetch(struct payer *p, const struct ts_moment *moment)
{
	struct fetch f = { .p = p, .moment = moment };
	unsigned int round, before;
	char err[512];

	for (round = 0; round < FETCH_ROUNDS && !*p->stop; round++) {
		before = f.taken;
		if (box_outbox(p->box, ts_signer_address(p->signer), on_message, &f, err,
			       sizeof(err))) {
			if (!f.failed)
				show_line(&p->show, "%s", err);
			return -1;
		}
		if (f.taken == before)
			break;
	}
	return (int)f.taken;
}
