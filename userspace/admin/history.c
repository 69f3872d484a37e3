// SPDX-License-Identifier: GPL-2.0
/* history.c - samples for the plots; see history.h for the file. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "admin/history.h"

#define PAGE_BYTES	4096
#define SAMPLE_BYTES	256
#define SUM_BYTES	crypto_shorthash_BYTES
#define MAGIC		"TSHIST1"
/* A clock that goes back by more was wrong before. */
#define BACK_S		(2 * 86400)

static const struct {
	unsigned int step_s;
	unsigned int length;
} rings[TS_SERIES_COUNT] = {
	[TS_SERIES_MINUTES] = { 300, 300 },
	[TS_SERIES_HOURS] = { 3600, 800 },
	[TS_SERIES_DAYS] = { 86400, 740 },
};

/**
 * struct stored - a sample in the file, little-endian like its box: it never leaves it
 * @sample: it
 * @rest: 0
 * @sum: of all before
 */
struct stored {
	struct ts_sample sample;
	uint8_t rest[SAMPLE_BYTES - sizeof(struct ts_sample) - SUM_BYTES];
	uint8_t sum[SUM_BYTES];
};

/**
 * struct page - where the history stands
 * @magic: whose file this is
 * @sequence: of two pages that are whole the higher one counts
 * @n_tokens: how many @tokens there are
 * @known: bits: of this token earned_wei was looked at once
 * @tokens: in their order earned_wei is, also in the rings
 * @earned_wei: of the totals, when they were last looked at
 * @open: samples that are under way
 * @rest: 0
 * @sum: of all before
 */
struct page {
	char magic[8];
	uint64_t sequence;
	uint64_t n_tokens;
	uint64_t known;
	struct ts_address tokens[TS_TOKENS_MAX];
	ts_u128 earned_wei[TS_TOKENS_MAX];
	struct ts_sample open[TS_SERIES_COUNT];
	uint8_t rest[3096];
	uint8_t sum[SUM_BYTES];
};

_Static_assert(sizeof(struct stored) == SAMPLE_BYTES, "a page of the kernel holds whole ones");
_Static_assert(sizeof(struct page) == PAGE_BYTES, "it is written at once");

/**
 * struct ts_history - the open file
 * @fd: of it
 * @page: what the next page will say
 * @place: of each token of the box in the page's
 * @n_tokens: of the box
 * @bytes: of the totals, when they were last looked at
 * @looked: they were, by this process
 * @looked_ns: when
 */
struct ts_history {
	int fd;
	struct page page;
	unsigned int place[TS_TOKENS_MAX];
	unsigned int n_tokens;
	uint64_t bytes[TS_TRAFFIC_COUNT][TS_DIR_COUNT];
	bool looked;
	uint64_t looked_ns;
};

/* Not against forgers: whoever writes root's file needs none. */
static void sum_of(const void *bytes, size_t len, uint8_t sum[SUM_BYTES])
{
	static const uint8_t key[crypto_shorthash_KEYBYTES];

	crypto_shorthash(sum, bytes, len, key);
}

/** ts_history_step_s() - Return: how long a sample of this series is */
unsigned int ts_history_step_s(enum ts_series series)
{
	return rings[series].step_s;
}

/** ts_history_length() - Return: how many samples are kept of it */
unsigned int ts_history_length(enum ts_series series)
{
	return rings[series].length;
}

static off_t place_of(enum ts_series series, uint64_t start_s)
{
	unsigned int before = 0, i;

	for (i = 0; i < series; i++)
		before += rings[i].length;
	return 2 * PAGE_BYTES + (off_t)SAMPLE_BYTES *
	       (off_t)(before + start_s / rings[series].step_s % rings[series].length);
}

static int write_at(const struct ts_history *h, const void *bytes, size_t len, off_t at)
{
	ssize_t n = pwrite(h->fd, bytes, len, at);

	if (n < 0)
		return -errno;
	return n == (ssize_t)len ? 0 : -EIO;
}

static int write_sample(const struct ts_history *h, enum ts_series series,
			const struct ts_sample *sample)
{
	struct stored s;

	memset(&s, 0, sizeof(s));
	s.sample = *sample;
	sum_of(&s, sizeof(s) - SUM_BYTES, s.sum);
	return write_at(h, &s, sizeof(s), place_of(series, sample->start_s));
}

static bool is_whole(const struct stored *s)
{
	uint8_t sum[SUM_BYTES];

	sum_of(s, sizeof(*s) - SUM_BYTES, sum);
	return !memcmp(sum, s->sum, SUM_BYTES);
}

static bool read_sample(const struct ts_history *h, enum ts_series series,
			uint64_t start_s, struct ts_sample *out)
{
	struct stored s;

	if (pread(h->fd, &s, sizeof(s), place_of(series, start_s)) != sizeof(s) ||
	    !is_whole(&s) || s.sample.start_s != start_s)
		return false;
	*out = s.sample;
	return true;
}

static bool read_page(int fd, unsigned int which, struct page *page)
{
	uint8_t sum[SUM_BYTES];

	if (pread(fd, page, sizeof(*page), (off_t)which * PAGE_BYTES) != sizeof(*page) ||
	    memcmp(page->magic, MAGIC, sizeof(MAGIC)))
		return false;
	sum_of(page, sizeof(*page) - SUM_BYTES, sum);
	return !memcmp(sum, page->sum, SUM_BYTES) && page->n_tokens <= TS_TOKENS_MAX;
}

/* The newer page that is whole; false: there is none. */
static bool read_pages(struct ts_history *h)
{
	struct page other;
	bool found = read_page(h->fd, 0, &h->page);

	if (read_page(h->fd, 1, &other) &&
	    (!found || other.sequence > h->page.sequence)) {
		h->page = other;
		found = true;
	}
	return found;
}

/**
 * ts_history_write() - what is under way, to the file
 * @h: the history
 *
 * Return: 0 or negative errno; then the file has what it had.
 */
int ts_history_write(struct ts_history *h)
{
	h->page.sequence++;
	sum_of(&h->page, sizeof(h->page) - SUM_BYTES, h->page.sum);
	return write_at(h, &h->page, sizeof(h->page),
			(off_t)(h->page.sequence % 2) * PAGE_BYTES);
}

/* An empty file, of its full size. */
static int make(struct ts_history *h)
{
	unsigned int samples = 0, i;
	int ret;

	for (i = 0; i < TS_SERIES_COUNT; i++)
		samples += rings[i].length;
	memset(&h->page, 0, sizeof(h->page));
	memcpy(h->page.magic, MAGIC, sizeof(MAGIC));
	if (ftruncate(h->fd, 0))
		return -errno;
	ret = posix_fallocate(h->fd, 0, 2 * PAGE_BYTES + (off_t)samples * SAMPLE_BYTES);
	return ret ? -ret : ts_history_write(h);
}

/* What another token has left in the place of a new one is not the new one's. */
static int clear_place(struct ts_history *h, unsigned int place)
{
	struct ts_sample sample;
	unsigned int i, slot;
	int ret = 0;

	h->page.earned_wei[place] = 0;
	h->page.known &= ~(1ull << place);
	for (i = 0; i < TS_SERIES_COUNT; i++) {
		h->page.open[i].earned_wei[place] = 0;
		for (slot = 0; slot < rings[i].length && !ret; slot++) {
			struct stored s;

			/* What is not whole is no sample, and does not become one. */
			if (pread(h->fd, &s, sizeof(s),
				  place_of(i, (uint64_t)slot * rings[i].step_s)) != sizeof(s) ||
			    !is_whole(&s))
				continue;
			sample = s.sample;
			if (!sample.start_s || !sample.earned_wei[place])
				continue;
			sample.earned_wei[place] = 0;
			ret = write_sample(h, i, &sample);
		}
	}
	return ret;
}

static bool is_used(const struct ts_address *token, const struct ts_billing_token *tokens,
		    unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (ts_address_equal(&tokens[i].address, token))
			return true;
	return false;
}

/* Where a token of the box is; one that is new takes a place that no other needs. */
static int find_place(struct ts_history *h, const struct ts_billing_token *tokens,
		      unsigned int n, unsigned int which)
{
	const struct ts_address *token = &tokens[which].address;
	struct page *page = &h->page;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < page->n_tokens; i++)
		if (ts_address_equal(&page->tokens[i], token))
			break;
	if (i == page->n_tokens && i == TS_TOKENS_MAX) {
		for (i = 0; is_used(&page->tokens[i], tokens, n); i++)
			;
		ret = clear_place(h, i);
	} else if (i == page->n_tokens) {
		page->n_tokens++;
	}
	page->tokens[i] = *token;
	h->place[which] = i;
	return ret;
}

/**
 * ts_history_open() - the history in a file; a file that is none becomes an empty one
 * @path: of it; NULL: one in memory
 * @tokens: of the box
 * @n_tokens: how many
 * @err: on failure one line for people
 * @err_size: room in @err
 *
 * Return: the history; NULL on failure.
 */
struct ts_history *ts_history_open(const char *path, const struct ts_billing_token *tokens,
				   unsigned int n_tokens, char *err, size_t err_size)
{
	struct ts_history *h = calloc(1, sizeof(*h));
	unsigned int i;
	int ret = 0;

	if (!h) {
		snprintf(err, err_size, "out of memory");
		return NULL;
	}
	h->n_tokens = n_tokens;
	h->fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600) :
		       memfd_create("history", MFD_CLOEXEC);
	if (h->fd < 0)
		ret = -errno;
	else if (!read_pages(h))
		ret = make(h);
	for (i = 0; i < n_tokens && !ret; i++)
		ret = find_place(h, tokens, n_tokens, i);
	if (!ret)
		return h;
	snprintf(err, err_size, "%s: %s", path ? path : "history", strerror(-ret));
	ts_history_close(h);
	return NULL;
}

/** ts_history_close() - write, and free; NULL is allowed */
void ts_history_close(struct ts_history *h)
{
	if (!h)
		return;
	if (h->fd >= 0) {
		if (h->looked)
			ts_history_write(h);
		close(h->fd);
	}
	free(h);
}

/* The sample of now is another than the one under way: that one is finished. */
static int roll(struct ts_history *h, enum ts_series series, uint64_t now_s)
{
	struct ts_sample *open = &h->page.open[series];
	uint64_t start_s = now_s - now_s % rings[series].step_s;
	int ret = 0;

	/* A clock that is put back a little gives nothing twice. */
	if (start_s == open->start_s ||
	    (start_s < open->start_s && open->start_s - start_s <= BACK_S))
		return 0;
	if (open->start_s)
		ret = write_sample(h, series, open);
	if (!read_sample(h, series, start_s, open)) {
		memset(open, 0, sizeof(*open));
		open->start_s = start_s;
	}
	return ret;
}

/**
 * struct news - what has come since the last look
 * @seconds: how long that was
 * @bytes: of the totals
 * @wei: likewise, by place
 */
struct news {
	uint64_t seconds;
	uint64_t bytes[TS_TRAFFIC_COUNT][TS_DIR_COUNT];
	ts_u128 wei[TS_TOKENS_MAX];
};

/*
 * Bytes are counted anew by each process.  Income is not: what was earned since the page
 * was written, by whichever process, comes now.  Of a token that had no sum yet, and after
 * a ledger was restored, it only begins.
 */
static void take_news(struct ts_history *h, uint64_t boot_ns,
		      const struct ts_history_totals *totals, struct news *n)
{
	const uint64_t *now = &totals->bytes[0][0];
	uint64_t *before = &h->bytes[0][0], *more = &n->bytes[0][0];
	ts_u128 *earned;
	unsigned int i;

	memset(n, 0, sizeof(*n));
	if (h->looked)
		n->seconds = (boot_ns - h->looked_ns) / 1000000000;
	for (i = 0; i < TS_TRAFFIC_COUNT * TS_DIR_COUNT; i++) {
		if (h->looked && now[i] > before[i])
			more[i] = now[i] - before[i];
		before[i] = now[i];
	}
	for (i = 0; i < h->n_tokens; i++) {
		earned = &h->page.earned_wei[h->place[i]];
		if (h->page.known & 1ull << h->place[i])
			n->wei[h->place[i]] = ts_u128_less(totals->earned_wei[i], *earned);
		*earned = totals->earned_wei[i];
		h->page.known |= 1ull << h->place[i];
	}
	h->looked_ns += h->looked ? n->seconds * 1000000000 : boot_ns;
	h->looked = true;
}

static void add(struct ts_sample *s, const struct news *n, unsigned int clients)
{
	const uint64_t *more = &n->bytes[0][0];
	uint64_t *bytes = &s->bytes[0][0];
	unsigned int i;

	s->covered_s += n->seconds;
	s->client_seconds += n->seconds * clients;
	if (clients > s->clients_peak)
		s->clients_peak = clients;
	for (i = 0; i < TS_TRAFFIC_COUNT * TS_DIR_COUNT; i++)
		bytes[i] += more[i];
	for (i = 0; i < TS_TOKENS_MAX; i++)
		s->earned_wei[i] += n->wei[i];
}

/**
 * ts_history_look() - how the box stands now; each few seconds
 * @h: the history
 * @now: the time; while nobody knows the date nothing is taken (M12), and what came
 *	meanwhile belongs to the sample of when it is known
 * @totals: of the box
 * @clients: online now
 *
 * The file is written when a sample of five minutes is over.
 *
 * Return: 0, or negative errno of the file; what is in memory goes on.
 */
int ts_history_look(struct ts_history *h, const struct ts_time *now,
		    const struct ts_history_totals *totals, unsigned int clients)
{
	uint64_t before_s = h->page.open[TS_SERIES_MINUTES].start_s;
	struct news news;
	int ret = 0, err;
	unsigned int i;

	if (!now->wall_s)
		return 0;
	for (i = 0; i < TS_SERIES_COUNT; i++) {
		err = roll(h, i, now->wall_s);
		ret = ret ? ret : err;
	}
	take_news(h, now->boot_ns, totals, &news);
	for (i = 0; i < TS_SERIES_COUNT; i++)
		add(&h->page.open[i], &news, clients);
	if (h->page.open[TS_SERIES_MINUTES].start_s == before_s)
		return ret;
	err = ts_history_write(h);
	return ret ? ret : err;
}

/**
 * ts_history_read() - a sample
 * @h: the history
 * @series: which
 * @start_s: when it began, a multiple of ts_history_step_s()
 * @out: it, its earned_wei by token of the box; all 0: nothing is known
 */
void ts_history_read(const struct ts_history *h, enum ts_series series, uint64_t start_s,
		     struct ts_sample *out)
{
	struct ts_sample s;
	unsigned int i;

	memset(out, 0, sizeof(*out));
	if (h->page.open[series].start_s == start_s)
		s = h->page.open[series];
	else if (!read_sample(h, series, start_s, &s))
		return;
	*out = s;
	memset(out->earned_wei, 0, sizeof(out->earned_wei));
	for (i = 0; i < h->n_tokens; i++)
		out->earned_wei[i] = s.earned_wei[h->place[i]];
}
