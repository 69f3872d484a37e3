// SPDX-License-Identifier: GPL-2.0
/* purse.c - the payer's side of one channel, kept in a file. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chain/describe.h"
#include "photon/hex.h"
#include "tspay/purse.h"

static int fail(char *err, size_t err_size, const char *what, const char *path)
{
	int ret = errno ? -errno : -EIO;

	snprintf(err, err_size, "%s %s: %s", what, path, strerror(-ret));
	return ret;
}

static json_t *json_datagram(const struct ts_datagram *d)
{
	char text[2 + 2 * TS_DATAGRAM_MAX_BYTES + 1];

	return json_string(d->len ? ts_hex_print(text, d->b, d->len) : "");
}

static int read_datagram(const json_t *v, struct ts_datagram *d)
{
	const char *text = json_string_value(v);
	size_t len = text ? strlen(text) : 0;

	d->len = 0;
	if (!text || !len)
		return text ? 0 : -EINVAL;
	if (len < 2 || len % 2 || (len - 2) / 2 > sizeof(d->b))
		return -EINVAL;
	if (ts_hex_parse(d->b, (len - 2) / 2, text))
		return -EINVAL;
	d->len = (len - 2) / 2;
	return 0;
}

static int sync_dir(const char *path)
{
	char *copy = strdup(path);
	int fd, ret;

	if (!copy)
		return -1;
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(copy);
	if (fd < 0)
		return -1;
	ret = fsync(fd);
	close(fd);
	return ret;
}

static int write_file(const char *path, const char *text)
{
	size_t len = strlen(text);
	ssize_t n;
	int fd, ret = -1;

	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	n = write(fd, text, len);
	if (n == (ssize_t)len)
		ret = fsync(fd);
	else if (n >= 0)
		errno = ENOSPC;
	close(fd);
	return ret;
}

static void read_boot_id(char boot_id[37])
{
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");

	if (!f || !fgets(boot_id, 37, f))
		boot_id[0] = '\0';
	if (f)
		fclose(f);
}

static json_t *json_spent(const struct spent *s)
{
	uint64_t i = s->slot < POLICY_SLOTS ? 0 : s->slot - POLICY_SLOTS + 1;
	char boot_id[37], minute[24], wei[TS_U128_TEXT_SIZE];
	json_t *minutes = json_object();

	read_boot_id(boot_id);
	for (; i <= s->slot; i++) {
		ts_u128 v = s->slot_wei[i % POLICY_SLOTS];

		snprintf(minute, sizeof(minute), "%llu", (unsigned long long)i);
		if (v)
			json_object_set_new(minutes, minute,
					    json_string(ts_u128_print(v, wei)));
	}
	return json_pack("{s:s,s:o}", "boot_id", boot_id, "minutes", minutes);
}

/* What cannot be read was spent by nobody: purses of before have none. */
static void read_spent(const json_t *json, struct spent *s)
{
	const char *then = json_string_value(json_object_get(json, "boot_id"));
	json_t *minutes = json_object_get(json, "minutes"), *value;
	char boot_id[37];
	const char *key;
	bool same;

	read_boot_id(boot_id);
	same = then && *then && !strcmp(then, boot_id);
	memset(s, 0, sizeof(*s));
	json_object_foreach(minutes, key, value) {
		uint64_t minute = same ? strtoull(key, NULL, 10) : 0;
		const char *text = json_string_value(value);
		ts_u128 wei;

		if (text && !ts_u128_parse(&wei, text))
			spent_add(s, minute * POLICY_SLOT_S, wei);
	}
}

/* Replace the file as a whole: a crash leaves the old or the new one. */
static int save(const struct purse *p, char *err, size_t err_size)
{
	json_t *json = json_pack("{s:i,s:o,s:o,s:o,s:b,s:o}", "version", 1,
				 "channel", ts_channel_describe(&p->channel, TS_SIDE_WALLET),
				 "last", json_datagram(&p->last),
				 "before", json_datagram(&p->before), "acked", p->acked,
				 "spent", json_spent(&p->spent));
	char *text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;
	char *tmp = NULL;
	int ret = 0;

	errno = ENOMEM;
	if (!text || asprintf(&tmp, "%s.new", p->path) < 0 || write_file(tmp, text) ||
	    rename(tmp, p->path) || sync_dir(p->path))
		ret = fail(err, err_size, "cannot write the purse", p->path);
	free(tmp);
	free(text);
	json_decref(json);
	return ret;
}

static int load(struct purse *p, char *err, size_t err_size)
{
	json_error_t je;
	json_t *json = json_load_file(p->path, JSON_REJECT_DUPLICATES, &je);
	int ret;

	if (!json) {
		if (access(p->path, F_OK) && errno == ENOENT)
			return -ENOENT;
		snprintf(err, err_size, "%s, line %d: %s; it holds what you have paid: do not delete it, restore it from a copy",
			 p->path, je.line, je.text);
		return -EINVAL;
	}
	ret = ts_channel_from_json(json_object_get(json, "channel"), TS_SIDE_WALLET,
				   &p->channel, err, err_size);
	if (!ret && (read_datagram(json_object_get(json, "last"), &p->last) ||
		     read_datagram(json_object_get(json, "before"), &p->before))) {
		snprintf(err, err_size, "%s: last and before must be datagrams in hex", p->path);
		ret = -EINVAL;
	}
	p->acked = json_is_true(json_object_get(json, "acked"));
	read_spent(json_object_get(json, "spent"), &p->spent);
	json_decref(json);
	return ret;
}

/* What only the box or the chain can know is taken from what was seen. */
static void take_seen(struct purse *p, const struct ts_channel *seen)
{
	struct ts_channel *c = &p->channel;

	c->our_deposit_wei = seen->our_deposit_wei;
	c->partner_deposit_wei = seen->partner_deposit_wei;
	c->state = seen->state;
	if (seen->our_proof.nonce > c->our_proof.nonce) {
		c->our_proof = seen->our_proof;
		p->last.len = p->before.len = 0;
		p->acked = true;
	} else if (p->last.len && seen->our_proof.nonce == c->our_proof.nonce) {
		p->acked = true;
	}
	if (seen->partner_proof.nonce > c->partner_proof.nonce)
		c->partner_proof = seen->partner_proof;
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

int purse_open(struct purse *p, const char *dir, const struct ts_channel *seen,
	       char *err, size_t err_size)
{
	char id[TS_HASH_TEXT_SIZE];
	int ret;

	memset(p, 0, sizeof(*p));
	if (mkdir(dir, 0700) && errno != EEXIST)
		return fail(err, err_size, "cannot make", dir);
	ts_hash_print(&seen->channel_identifier, id);
	if (asprintf(&p->path, "%s/%s-%llu.json", dir, id,
		     (unsigned long long)seen->open_block_number) < 0) {
		p->path = NULL;
		snprintf(err, err_size, "out of memory");
		return -ENOMEM;
	}
	ret = lock(p, err, err_size);
	if (ret) {
		purse_close(p);
		return ret;
	}
	ret = load(p, err, err_size);
	if (ret == -ENOENT) {
		p->channel = *seen;
		p->acked = true;
		ret = save(p, err, err_size);
	} else if (!ret) {
		take_seen(p, seen);
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

int purse_pay(struct purse *p, const struct ts_signer *key, ts_u128 amount_wei,
	      const char *memo, char *err, size_t err_size)
{
	struct ts_bytes data = { (const uint8_t *)memo, memo ? strlen(memo) : 0 };
	struct purse next = *p;
	enum ts_refusal refusal;
	int ret;

	if (p->last.len && !p->acked) {
		snprintf(err, err_size, "the last payment has no Ack yet");
		return -EINPROGRESS;
	}
	next.before = p->last;
	next.acked = false;
	refusal = ts_channel_send(&p->channel, key, amount_wei, &data, &next.channel,
				  &next.last);
	if (refusal) {
		snprintf(err, err_size, "cannot pay: %s", ts_refusal_text(refusal));
		return -EPERM;
	}
	ret = save(&next, err, err_size);
	if (!ret)
		*p = next;
	return ret;
}

int purse_acked(struct purse *p, char *err, size_t err_size)
{
	p->acked = true;
	return save(p, err, err_size);
}
