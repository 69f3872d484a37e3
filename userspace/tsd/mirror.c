// SPDX-License-Identifier: GPL-2.0
/* mirror.c - the newest proofs of our partners, to boxes that show them for us. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "billing/onchain.h"
#include "photon/mirror.h"
#include "tsd/clock.h"
#include "tsd/log.h"
#include "tsd/mirror.h"
#include "tsd/post.h"

#define PATH		"/v1/mirror"
#define TIMEOUT_MS	10000
#define AGAIN_NS	(3600ull * 1000000000ull)
#define FAULT_SIZE	240
#define HTTP_OK		200

/**
 * struct known - what a mirror said of a channel
 * @row: of its life
 * @nonce: of the proof that it has, or will not have
 * @refused: the latter
 */
struct known {
	int64_t row;
	uint64_t nonce;
	bool refused;
};

/**
 * struct mirror - one of them
 * @all: all of them
 * @address: of the box
 * @post: its portal
 * @known: by @row, ascending
 * @n_known: how many
 * @room: for how many
 * @pause: until the next round begins
 * @in_round: there may be more to send
 * @after: rows up to here were looked at in this round
 * @asked: what is on its way; row 0: nothing
 * @partner: whose proof that is
 * @believed_ns: CLOCK_BOOTTIME, since when @known is believed
 * @heard_ns: of its last answer; 0: none
 * @fault: why the last round ended before its time; empty: it did not
 */
struct mirror {
	struct ts_mirrors *all;
	struct ts_address address;
	struct ts_post *post;
	struct known *known;
	size_t n_known;
	size_t room;
	ev_timer pause;
	bool in_round;
	int64_t after;
	struct known asked;
	struct ts_address partner;
	uint64_t believed_ns;
	uint64_t heard_ns;
	char fault[FAULT_SIZE];
};

/**
 * struct ts_mirrors - all of them
 * @loop: the daemon's
 * @ledger: of the daemon: what is in an open batch is not sent
 * @billing: of the daemon
 * @key: ours
 * @pause_s: between two rounds
 * @mirrors: the mirrors
 * @n: how many
 */
struct ts_mirrors {
	struct ev_loop *loop;
	const struct ts_ledger *ledger;
	const struct ts_billing *billing;
	const struct ts_signer *key;
	uint32_t pause_s;
	struct mirror mirrors[TS_CONFIG_MIRRORS_MAX];
	unsigned int n;
};

/* The place of a row, or where it would be. */
static struct known *place_of(const struct mirror *m, int64_t row)
{
	size_t low = 0, high = m->n_known, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (m->known[middle].row < row)
			low = middle + 1;
		else
			high = middle;
	}
	return m->known + low;
}

static struct known *find(const struct mirror *m, int64_t row)
{
	struct known *k = m->n_known ? place_of(m, row) : NULL;

	return k && k < m->known + m->n_known && k->row == row ? k : NULL;
}

/* Without memory for it, it is only sent again. */
static void remember(struct mirror *m, const struct known *what)
{
	size_t room = m->room ? 2 * m->room : 64, at;
	struct known *k = find(m, what->row);

	if (k) {
		*k = *what;
		return;
	}
	if (m->n_known == m->room) {
		k = realloc(m->known, room * sizeof(*k));
		if (!k)
			return;
		m->known = k;
		m->room = room;
	}
	k = place_of(m, what->row);
	at = (size_t)(k - m->known);
	memmove(k + 1, k, (m->n_known - at) * sizeof(*k));
	*k = *what;
	m->n_known++;
}

static void say(struct mirror *m, const char *fault)
{
	char text[TS_ADDRESS_TEXT_SIZE];

	if (!strcmp(m->fault, fault))
		return;
	snprintf(m->fault, sizeof(m->fault), "%s", fault);
	ts_address_print(&m->address, text);
	if (*fault)
		ts_log(TS_LOG_WARN, "mirror %s at %s: %s", text,
		       ts_post_endpoint(m->post), m->fault);
	else
		ts_log(TS_LOG_INFO, "mirror %s at %s: all is well again", text,
		       ts_post_endpoint(m->post));
}

/* What a mirror may have against one proof, and takes the others all the same. */
static bool is_of_one_channel(const char *error)
{
	static const char *const names[] = {
		"old_proof", "old_life", "own_channel", "too_many", "bad_proof",
		"bad_delegation",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(error, names[i]))
			return true;
	return false;
}

static void refused(struct mirror *m, const char *message)
{
	char text[TS_ADDRESS_TEXT_SIZE], partner[TS_ADDRESS_TEXT_SIZE];

	m->asked.refused = true;
	remember(m, &m->asked);
	ts_log(TS_LOG_WARN, "mirror %s: the proof of %s, nonce %llu, is refused: %.200s",
	       ts_address_print(&m->address, text),
	       ts_address_print(&m->partner, partner),
	       (unsigned long long)m->asked.nonce, message);
}

/* From its end on, so that no channel is sent more often than that. */
static void end_round(struct mirror *m, const char *fault)
{
	m->in_round = false;
	ev_now_update(m->all->loop);
	ev_timer_set(&m->pause, m->all->pause_s, 0);
	ev_timer_start(m->all->loop, &m->pause);
	say(m, fault);
}

static void on_refusal(struct mirror *m, long status, const char *body)
{
	json_t *object = json_loads(body, 0, NULL);
	const char *error = json_string_value(json_object_get(object, "error"));
	const char *message = json_string_value(json_object_get(object, "message"));
	char fault[FAULT_SIZE];

	if (error && is_of_one_channel(error)) {
		refused(m, message ? message : error);
	} else {
		snprintf(fault, sizeof(fault), "HTTP status %ld: %.150s", status,
			 message ? message : "is that a portal of tsd?");
		end_round(m, fault);
	}
	json_decref(object);
}

static void on_done(void *ctx, long status, const char *text)
{
	struct mirror *m = ctx;

	if (!status) {
		end_round(m, text);
	} else {
		m->heard_ns = ts_clock_boot_ns();
		if (status == HTTP_OK) {
			remember(m, &m->asked);
			say(m, "");
		} else {
			on_refusal(m, status, text);
		}
	}
	memset(&m->asked, 0, sizeof(m->asked));
}

/* It is paid by that partner, or has what is the newest. */
static bool is_nothing_for(const struct mirror *m, int64_t row,
			   const struct ts_channel *channel)
{
	const struct known *k = find(m, row);

	return ts_address_equal(&channel->partner_address, &m->address) ||
	       (k && k->nonce >= channel->partner_proof.nonce);
}

/* Return: 1: it is on its way; 0: the next one. */
static int send_one(int64_t row, const struct ts_channel *channel, void *arg)
{
	uint8_t bytes[TS_MIRROR_BYTES];
	struct mirror *m = arg;
	struct ts_delegated d;

	m->after = row;
	if (is_nothing_for(m, row, channel))
		return 0;
	ts_delegated_make(&d, channel, m->all->key);
	/* Of an imported channel that may be somebody else's word. */
	if (ts_delegated_fault(&d))
		return 0;
	ts_mirror_sign(&d, &m->address, m->all->key, bytes);
	if (ts_post_send(m->post, bytes, sizeof(bytes), on_done, m)) {
		end_round(m, "memory is out");
		return 1;
	}
	m->asked = (struct known){ .row = row, .nonce = channel->partner_proof.nonce };
	m->partner = channel->partner_address;
	return 1;
}

/**
 * ts_mirrors_after_flush() - what was committed may be sent
 * @m: all of them, or NULL
 */
void ts_mirrors_after_flush(struct ts_mirrors *m)
{
	struct mirror *one;
	unsigned int i;

	if (!m || ts_ledger_in_batch(m->ledger))
		return;
	for (i = 0; i < m->n; i++) {
		one = &m->mirrors[i];
		if (one->in_round && !one->asked.row &&
		    !ts_billing_proof_each(m->billing, one->after, send_one, one))
			end_round(one, "");
	}
}

/* The loop is awake by this; it flushes before it sleeps again. */
static void on_pause(struct ev_loop *loop, ev_timer *timer, int revents)
{
	struct mirror *m = timer->data;
	uint64_t now_ns = ts_clock_boot_ns();

	if (now_ns - m->believed_ns >= AGAIN_NS) {
		m->believed_ns = now_ns;
		m->n_known = 0;
	}
	m->in_round = true;
	m->after = 0;
}

static int add(struct ts_mirrors *m, const struct ts_config_mirror *config,
	       char *err, size_t err_size)
{
	struct mirror *one = &m->mirrors[m->n];
	char text[TS_ADDRESS_TEXT_SIZE], why[200];

	if (ts_address_equal(&config->address, ts_signer_address(m->key))) {
		snprintf(err, err_size, "mirrors: %s is this box itself",
			 ts_address_print(&config->address, text));
		return -EINVAL;
	}
	one->all = m;
	one->address = config->address;
	one->believed_ns = ts_clock_boot_ns();
	ev_timer_init(&one->pause, on_pause, 0, 0);
	one->pause.data = one;
	one->post = ts_post_new(m->loop, config->url, PATH, TIMEOUT_MS, why,
				sizeof(why));
	if (!one->post) {
		snprintf(err, err_size, "mirrors: %s", why);
		return -EINVAL;
	}
	ev_timer_start(m->loop, &one->pause);
	m->n++;
	return 0;
}

/**
 * ts_mirrors_new() - begin to send
 * @loop: the daemon's
 * @config: with mirrors
 * @ledger: stays the caller's
 * @billing: likewise
 * @key: likewise
 * @err: on failure one line for people
 * @err_size: room in @err
 *
 * Return: them, or NULL.
 */
struct ts_mirrors *ts_mirrors_new(struct ev_loop *loop, const struct ts_config *config,
				  const struct ts_ledger *ledger,
				  const struct ts_billing *billing,
				  const struct ts_signer *key, char *err,
				  size_t err_size)
{
	struct ts_mirrors *m = calloc(1, sizeof(*m));
	unsigned int i;

	if (!m) {
		snprintf(err, err_size, "out of memory");
		return NULL;
	}
	m->loop = loop;
	m->ledger = ledger;
	m->billing = billing;
	m->key = key;
	m->pause_s = config->mirror_s;
	for (i = 0; i < config->n_mirrors; i++) {
		if (add(m, &config->mirrors[i], err, err_size)) {
			ts_mirrors_free(m);
			return NULL;
		}
	}
	return m;
}

/** ts_mirrors_free() - send nothing any more; NULL is allowed */
void ts_mirrors_free(struct ts_mirrors *m)
{
	unsigned int i;

	if (!m)
		return;
	for (i = 0; i < m->n; i++) {
		ev_timer_stop(m->loop, &m->mirrors[i].pause);
		ts_post_free(m->mirrors[i].post);
		free(m->mirrors[i].known);
	}
	free(m);
}

/**
 * struct tally - how far a mirror is
 * @m: which
 * @channels: that it should have
 * @kept: of which it has the newest proof
 * @refused: that it does not want
 */
struct tally {
	const struct mirror *m;
	json_int_t channels, kept, refused;
};

static int count(int64_t row, const struct ts_channel *channel, void *arg)
{
	struct tally *t = arg;
	const struct known *k = find(t->m, row);

	if (ts_address_equal(&channel->partner_address, &t->m->address))
		return 0;
	t->channels++;
	if (k && k->nonce >= channel->partner_proof.nonce) {
		t->kept += !k->refused;
		t->refused += k->refused;
	}
	return 0;
}

/** ts_mirrors_json() - for {"cmd":"mirrors"}; NULL: none; Return: a new reference */
json_t *ts_mirrors_json(const struct ts_mirrors *m)
{
	char address[TS_ADDRESS_TEXT_SIZE];
	json_t *list = json_array(), *one;
	const struct mirror *mirror;
	struct tally t;
	unsigned int i;

	for (i = 0; m && i < m->n; i++) {
		mirror = &m->mirrors[i];
		t = (struct tally){ .m = mirror };
		ts_billing_proof_each(m->billing, 0, count, &t);
		one = json_pack("{s:s, s:s, s:I, s:I, s:I, s:s}",
			"address", ts_address_print(&mirror->address, address),
			"at", ts_post_endpoint(mirror->post), "channels", t.channels,
			"kept", t.kept, "refused", t.refused, "fault", mirror->fault);
		if (mirror->heard_ns)
			json_object_set_new(one, "heard_ms_ago", json_integer((json_int_t)
				((ts_clock_boot_ns() - mirror->heard_ns) / 1000000)));
		json_array_append_new(list, one);
	}
	return list;
}
