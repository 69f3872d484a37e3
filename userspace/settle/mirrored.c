// SPDX-License-Identifier: GPL-2.0
/* mirrored.c - what other boxes gave us to show for them: taken and kept. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "settle/mirrored_private.h"

static bool is_listed(const struct ts_mirrored *m, const struct ts_address *owner)
{
	unsigned int i;

	for (i = 0; i < m->config.n_owners; i++)
		if (ts_address_equal(&m->config.owners[i], owner))
			return true;
	return false;
}

/** ts_mirrored_drop() - forget one in memory */
void ts_mirrored_drop(struct ts_mirrored *m, struct kept *k)
{
	if (m->subject == k) {
		m->subject = NULL;
		m->outstanding = false;
	}
	TAILQ_REMOVE(&m->kept, k, list);
	free(k);
}

static void drop_all(struct ts_mirrored *m)
{
	while (!TAILQ_EMPTY(&m->kept))
		ts_mirrored_drop(m, TAILQ_FIRST(&m->kept));
}

static struct kept *add(struct ts_mirrored *m, const struct ts_delegated *d)
{
	struct kept *k = calloc(1, sizeof(*k));

	if (!k)
		return NULL;
	k->d = *d;
	ts_delegated_identifier(d, &k->identifier);
	TAILQ_INSERT_TAIL(&m->kept, k, list);
	return k;
}

/* Of another contract, or of who is not listed now: it stays on the disk. */
static int load(const struct ts_delegated *d, void *arg)
{
	struct ts_mirrored *m = arg;

	if (!is_listed(m, &d->owner) ||
	    !ts_address_equal(&d->tokens_network, &m->config.tokens_network) ||
	    ts_u256_cmp(&d->chain_id, &m->config.chain_id))
		return 0;
	return add(m, d) ? 0 : -ENOMEM;
}

/**
 * ts_mirrored_reload() - the batch was discarded: from the disk again
 * Return: 0 or negative errno.
 */
int ts_mirrored_reload(struct ts_mirrored *m)
{
	drop_all(m);
	return ts_ledger_mirrored_load(m->ledger, load, m);
}

/**
 * ts_mirrored_new() - go on from what the ledger has
 * @l: the ledger; stays the caller's
 * @config: copied
 * @out: set on success
 *
 * Return: 0 or negative errno.
 */
int ts_mirrored_new(struct ts_ledger *l, const struct ts_mirrored_config *config,
		    struct ts_mirrored **out)
{
	struct ts_mirrored *m = calloc(1, sizeof(*m));
	int ret;

	*out = NULL;
	if (!m)
		return -ENOMEM;
	m->ledger = l;
	m->config = *config;
	TAILQ_INIT(&m->kept);
	ret = ts_mirrored_reload(m);
	if (ret) {
		ts_mirrored_free(m);
		return ret;
	}
	*out = m;
	return 0;
}

/** ts_mirrored_free() - forget all that is in memory; NULL is allowed */
void ts_mirrored_free(struct ts_mirrored *m)
{
	if (!m)
		return;
	drop_all(m);
	free(m);
}

/* --- what comes ------------------------------------------------------------ */

static bool is_channel_of(const struct kept *k, const struct ts_delegated *d,
			  const struct ts_hash *identifier)
{
	return ts_address_equal(&k->d.owner, &d->owner) &&
	       ts_hash_equal(&k->identifier, identifier);
}

/* Against what is kept: before any signature is looked at (M9). */
static enum ts_mirrored_verdict compare(const struct ts_mirrored *m,
					const struct ts_delegated *d)
{
	unsigned int of_owner = 0;
	struct ts_hash identifier;
	const struct kept *k;
	bool replaces = false;

	ts_delegated_identifier(d, &identifier);
	TAILQ_FOREACH(k, &m->kept, list) {
		of_owner += ts_address_equal(&k->d.owner, &d->owner);
		if (!is_channel_of(k, d, &identifier))
			continue;
		if (k->d.open_block_number > d->open_block_number)
			return TS_MIRRORED_OLD_LIFE;
		replaces = true;
		if (k->d.open_block_number < d->open_block_number)
			continue;
		if (ts_delegated_equal(&k->d, d))
			return TS_MIRRORED_KNOWN;
		if (k->d.proof.nonce >= d->proof.nonce)
			return TS_MIRRORED_OLD_PROOF;
		/* Amounts are cumulative. */
		if (k->d.proof.transferred_wei > d->proof.transferred_wei)
			return TS_MIRRORED_BAD_PROOF;
	}
	return !replaces && of_owner >= TS_MIRRORED_OF_OWNER_MAX ?
	       TS_MIRRORED_FULL : TS_MIRRORED_NEW;
}

static enum ts_mirrored_verdict check_signers(const struct ts_delegated *d,
					      const void *bytes)
{
	struct ts_address signer;

	if (ts_mirror_recover(bytes, &signer) ||
	    !ts_address_equal(&signer, &d->owner))
		return TS_MIRRORED_BAD_SIGNATURE;
	switch (ts_delegated_fault(d)) {
	case TS_DELEGATED_GOOD:
		return TS_MIRRORED_NEW;
	case TS_DELEGATED_BAD_DELEGATION:
		return TS_MIRRORED_BAD_DELEGATION;
	default:
		return TS_MIRRORED_BAD_PROOF;
	}
}

/**
 * ts_mirrored_look() - may it be kept?
 * @m: ours
 * @bytes: as they came
 * @len: how many
 * @d: what is in them; undefined unless TS_MIRRORED_NEW or TS_MIRRORED_KNOWN
 *
 * Return: TS_MIRRORED_NEW: it is to be put; TS_MIRRORED_KNOWN: it is kept; or why not.
 */
enum ts_mirrored_verdict ts_mirrored_look(const struct ts_mirrored *m,
					  const void *bytes, size_t len,
					  struct ts_delegated *d)
{
	enum ts_mirrored_verdict verdict;
	struct ts_address mirror;

	if (ts_mirror_decode(d, &mirror, bytes, len))
		return TS_MIRRORED_BAD_FORM;
	if (!ts_address_equal(&mirror, &m->config.us))
		return TS_MIRRORED_WRONG_BOX;
	if (ts_u256_cmp(&d->chain_id, &m->config.chain_id))
		return TS_MIRRORED_WRONG_CHAIN;
	if (!ts_address_equal(&d->tokens_network, &m->config.tokens_network))
		return TS_MIRRORED_WRONG_CONTRACT;
	if (!is_listed(m, &d->owner))
		return TS_MIRRORED_NOT_LISTED;
	/* Nobody is to be asked to claim something of himself. */
	if (ts_address_equal(&d->owner, &m->config.us) ||
	    ts_address_equal(&d->partner, &m->config.us))
		return TS_MIRRORED_OWN_CHANNEL;
	verdict = compare(m, d);
	return verdict == TS_MIRRORED_NEW ? check_signers(d, bytes) : verdict;
}

/* Lives before it are over: the owner knows of a later one. */
static int put_in_place(struct ts_mirrored *m, const struct ts_delegated *d,
			struct kept **place)
{
	struct ts_hash identifier;
	struct kept *k, *next;
	int ret;

	ts_delegated_identifier(d, &identifier);
	*place = NULL;
	for (k = TAILQ_FIRST(&m->kept); k; k = next) {
		next = TAILQ_NEXT(k, list);
		if (!is_channel_of(k, d, &identifier))
			continue;
		if (k->d.open_block_number == d->open_block_number) {
			*place = k;
			continue;
		}
		ret = ts_ledger_mirrored_delete(m->ledger, &k->d);
		if (ret)
			return ret;
		ts_mirrored_drop(m, k);
	}
	return ts_ledger_mirrored_put(m->ledger, d);
}

/**
 * ts_mirrored_put() - keep it
 * @m: ours, with a batch of the ledger open
 * @d: of which ts_mirrored_look() said TS_MIRRORED_NEW
 *
 * Return: 0, or negative errno: the batch is to be discarded, then reload.
 */
int ts_mirrored_put(struct ts_mirrored *m, const struct ts_delegated *d)
{
	struct kept *k;
	int ret = put_in_place(m, d, &k);

	if (ret)
		return ret;
	if (k) {
		k->d = *d;
		if (k->state == TS_MIRRORED_CLOSED)
			k->ask_at = 0;
		return 0;
	}
	return add(m, d) ? 0 : -ENOMEM;
}

/**
 * struct verdict - how it is said
 * @name: stable snake_case word
 * @text: what is wrong and what to do
 */
static const struct verdict {
	const char *name;
	const char *text;
} verdicts[TS_MIRRORED_VERDICT_COUNT] = {
	[TS_MIRRORED_NEW] = { "new", "it is kept" },
	[TS_MIRRORED_KNOWN] = { "known", "it was kept already" },
	[TS_MIRRORED_BAD_FORM] = { "bad_mirror",
		"this is no signed mirror; see the architecture, section 4" },
	[TS_MIRRORED_WRONG_BOX] = { "wrong_box", "this was signed for another box" },
	[TS_MIRRORED_WRONG_CHAIN] = { "wrong_chain", "this is of another chain" },
	[TS_MIRRORED_WRONG_CONTRACT] = { "wrong_contract",
		"this is of another TokensNetwork than this box follows" },
	[TS_MIRRORED_NOT_LISTED] = { "not_listed",
		"this box is no mirror of that owner's; its operator has to list the address in mirror_for" },
	[TS_MIRRORED_OWN_CHANNEL] = { "own_channel",
		"this box is a side of that channel, and no mirror of it" },
	[TS_MIRRORED_OLD_PROOF] = { "old_proof",
		"a proof as new or newer is kept here; was an old backup restored?" },
	[TS_MIRRORED_OLD_LIFE] = { "old_life",
		"a proof of a later life of that channel is kept here" },
	[TS_MIRRORED_FULL] = { "too_many",
		"as many channels of that owner are kept as there is place for" },
	[TS_MIRRORED_BAD_SIGNATURE] = { "bad_signature",
		"the owner that it names did not sign this" },
	[TS_MIRRORED_BAD_PROOF] = { "bad_proof",
		"the partner did not sign that proof in that channel" },
	[TS_MIRRORED_BAD_DELEGATION] = { "bad_delegation",
		"the owner did not sign the delegation of that proof" },
};

/** ts_mirrored_verdict_name() - Return: a stable word */
const char *ts_mirrored_verdict_name(enum ts_mirrored_verdict verdict)
{
	return verdicts[verdict].name;
}

/** ts_mirrored_verdict_text() - Return: one line for people */
const char *ts_mirrored_verdict_text(enum ts_mirrored_verdict verdict)
{
	return verdicts[verdict].text;
}
