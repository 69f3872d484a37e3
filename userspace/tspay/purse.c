// SPDX-License-Identifier: GPL-2.0
/* purse.c - the payer's side of one channel: its steps, each kept before it is. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "photon/ack.h"
#include "tspay/purse.h"

/* One thread, and never two at once: too big for a stack. */
static struct ts_life scratch;

static int no_memory(char *err, size_t err_size)
{
	snprintf(err, err_size, "out of memory");
	return -ENOMEM;
}

static int fail(char *err, size_t err_size, const char *what, const char *path)
{
	int ret = errno ? -errno : -EIO;

	snprintf(err, err_size, "%s %s: %s", what, path, strerror(-ret));
	return ret;
}

/* Our own signature, and what only the box had: its signature. */
static void take_proofs(struct ts_life *life, const struct ts_channel *seen)
{
	struct ts_channel *c = &life->channel;

	/* What is co-signed counts all that was transferred before. */
	if (c->frozen)
		return;
	if (seen->our_proof.nonce > c->our_proof.nonce && !c->our_locked_wei) {
		c->our_proof = seen->our_proof;
		ts_outbox_proven(&life->outbox, UINT64_MAX);
	} else if (seen->our_proof.nonce == c->our_proof.nonce) {
		ts_outbox_proven(&life->outbox, c->our_proof.nonce);
	}
	if (seen->partner_proof.nonce > c->partner_proof.nonce && !c->partner_locked_wei)
		c->partner_proof = seen->partner_proof;
}

/*
 * What the box says: within one life a deposit only grows, and whether the
 * channel is closed the chain says, for what follows from it is sent there.
 */
int purse_seen(struct purse *p, const struct ts_channel *seen, char *err,
	       size_t err_size)
{
	struct ts_channel *c = &scratch.channel;
	const char *fault;

	scratch = p->life;
	if (seen->our_deposit_wei > c->our_deposit_wei)
		c->our_deposit_wei = seen->our_deposit_wei;
	if (seen->partner_deposit_wei > c->partner_deposit_wei)
		c->partner_deposit_wei = seen->partner_deposit_wei;
	take_proofs(&scratch, seen);
	fault = ts_life_fault(&scratch);
	if (fault) {
		snprintf(err, err_size, "what the box says of the channel cannot be: %s", fault);
		return -EPROTO;
	}
	p->life = scratch;
	p->closed = seen->state != TS_CHANNEL_OPEN;
	return 0;
}

/* The purse itself is replaced at each payment, so it cannot be what is locked. */
static int lock(struct purse *p, char *err, size_t err_size)
{
	char *name;
	int ret = 0;

	if (asprintf(&name, "%s.lock", p->path) < 0) {
		snprintf(err, err_size, "out of memory");
		return -ENOMEM;
	}
	p->lock_fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (p->lock_fd < 0) {
		ret = fail(err, err_size, "cannot open", name);
	} else if (flock(p->lock_fd, LOCK_EX | LOCK_NB)) {
		snprintf(err, err_size, "%s: another tspay pays from this purse; stop it first",
			 p->path);
		ret = -EBUSY;
	}
	free(name);
	return ret;
}

static int name_file(struct purse *p, const char *dir, int dir_len,
		     const struct ts_channel *c, char *err, size_t err_size)
{
	char id[TS_HASH_TEXT_SIZE];

	ts_hash_print(&c->channel_identifier, id);
	if (asprintf(&p->path, "%.*s/%s-%llu.json", dir_len, dir, id,
		     (unsigned long long)c->open_block_number) >= 0)
		return 0;
	p->path = NULL;
	return no_memory(err, err_size);
}

static void begin(struct purse *p, const struct ts_channel *seen)
{
	memset(&p->life, 0, sizeof(p->life));
	p->life.channel = *seen;
	p->closed = seen->state != TS_CHANNEL_OPEN;
	p->life.channel.state = TS_CHANNEL_OPEN;
}

int purse_open(struct purse *p, const char *dir, const struct ts_channel *seen,
	       char *err, size_t err_size)
{
	int ret;

	memset(p, 0, sizeof(*p));
	if (mkdir(dir, 0700) && errno != EEXIST)
		return fail(err, err_size, "cannot make", dir);
	ret = name_file(p, dir, (int)strlen(dir), seen, err, err_size);
	if (ret)
		return ret;
	ret = lock(p, err, err_size);
	if (ret) {
		purse_close(p);
		return ret;
	}
	ret = purse_load(p, err, err_size);
	if (ret == -ENOENT) {
		begin(p, seen);
		ret = purse_save(p, err, err_size);
	} else if (!ret) {
		ret = purse_seen(p, seen, err, err_size);
	}
	if (ret)
		purse_close(p);
	return ret;
}

void purse_close(struct purse *p)
{
	if (p->path && p->lock_fd >= 0)
		close(p->lock_fd);
	free(p->path);
	memset(p, 0, sizeof(*p));
}

int purse_commit(struct purse *p, const struct ts_life *next, char *err, size_t err_size)
{
	static struct ts_life before;
	int ret;

	before = p->life;
	p->life = *next;
	ret = purse_save(p, err, err_size);
	if (ret)
		p->life = before;
	return ret;
}

int purse_next_life(struct purse *p, const struct ts_life *next, char *err,
		    size_t err_size)
{
	const char *slash = strrchr(p->path, '/');
	static struct purse new;
	int ret;

	memset(&new, 0, sizeof(new));
	ret = name_file(&new, p->path, (int)(slash - p->path), &next->channel, err,
			err_size);
	if (ret)
		return ret;
	ret = lock(&new, err, err_size);
	/* The box may have shown it to us before the chain did. */
	if (!ret)
		ret = purse_load(&new, err, err_size);
	if (ret == -ENOENT) {
		new.life = *next;
		ret = 0;
	} else if (!ret) {
		ret = purse_seen(&new, &next->channel, err, err_size);
	}
	new.cursor = p->cursor;
	new.spent = p->spent;
	memcpy(new.code, p->code, sizeof(new.code));
	if (!ret)
		ret = purse_save(&new, err, err_size);
	/* Only now: a crash before shows the end again, and finds the new one. */
	if (!ret) {
		scratch = p->life;
		scratch.channel.state = TS_CHANNEL_NONE;
		scratch.channel.frozen = false;
		scratch.leaving = false;
		scratch.close_wanted = false;
		memset(&scratch.cosign, 0, sizeof(scratch.cosign));
		memset(&scratch.onchain, 0, sizeof(scratch.onchain));
		memset(&scratch.outbox, 0, sizeof(scratch.outbox));
		ret = purse_commit(p, &scratch, err, err_size);
	}
	if (ret) {
		purse_close(&new);
		return ret;
	}
	purse_close(p);
	*p = new;
	return 0;
}

int purse_pay(struct purse *p, const struct ts_signer *key, ts_u128 amount_wei,
	      const char *memo, char *err, size_t err_size)
{
	struct ts_bytes data = { (const uint8_t *)memo, memo ? strlen(memo) : 0 };
	enum ts_refusal refusal = TS_REFUSED_CHANNEL_CLOSED;
	struct ts_memo m;

	if (!ts_outbox_is_drained(&p->life.outbox)) {
		snprintf(err, err_size, "the last payment has no Ack yet");
		return -EINPROGRESS;
	}
	if (!p->closed)
		refusal = ts_life_pay(&p->life, key, amount_wei, &data, &scratch);
	if (refusal) {
		snprintf(err, err_size, "cannot pay: %s", ts_refusal_text(refusal));
		return -EPERM;
	}
	if (ts_memo_parse(&m, data.p, data.len))
		memcpy(p->code, m.code, sizeof(p->code));
	return purse_commit(p, &scratch, err, err_size);
}

/*
 * A wallet takes no locks: who knows of no place to bring a secret to must not
 * wait for one.  Without a fresh head the answer to each is no, at once.
 */
static struct ts_moment moment_of(const struct ts_message *msg,
				  const struct ts_moment *moment)
{
	struct ts_moment m = *moment;

	if (msg->id == TS_MSG_MEDIATED_TRANSFER)
		m.head_fresh = false;
	return m;
}

int purse_take(struct purse *p, const struct ts_signer *key,
	       const struct ts_moment *moment, const struct ts_datagram *d,
	       uint8_t ack[TS_ACK_BYTES], char *err, size_t err_size)
{
	struct ts_outcome outcome;
	enum ts_refusal refusal;
	struct ts_message msg;
	struct ts_moment m;
	int ret = 0;

	if (ts_message_decode(&msg, d->b, d->len) || msg.id == TS_MSG_ACK ||
	    !ts_life_concerns(&p->life, &msg))
		return 0;
	m = moment_of(&msg, moment);
	refusal = ts_life_receive(&p->life, key, &m, &msg, d->b, d->len, &scratch,
				  &outcome);
	/* Until our own messages prove that we have it, it is shown again. */
	if (refusal == TS_REFUSED_NONCE_REPLAYED)
		return 0;
	if (refusal) {
		snprintf(err, err_size, "a message of the box is not taken: %s",
			 ts_refusal_text(refusal));
		return -EPROTO;
	}
	if (outcome.changed)
		ret = purse_commit(p, &scratch, err, err_size);
	if (ret || !outcome.has_ack)
		return ret;
	memcpy(ack, outcome.ack, TS_ACK_BYTES);
	return outcome.changed ? 2 : 1;
}

int purse_acked(struct purse *p, const struct ts_datagram *d, char *err, size_t err_size)
{
	uint8_t bytes[TS_ACK_BYTES];
	struct ts_message msg;

	ts_ack_make(d->b, d->len, &p->life.channel.partner_address, bytes);
	scratch = p->life;
	if (ts_message_decode(&msg, bytes, sizeof(bytes)) ||
	    !ts_outbox_ack(&scratch.outbox, &msg.ack))
		return 0;
	return purse_commit(p, &scratch, err, err_size);
}
