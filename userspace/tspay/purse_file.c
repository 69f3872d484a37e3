// SPDX-License-Identifier: GPL-2.0
/* purse_file.c - a purse as a file: all of it, or what was there before. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <jansson.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chain/describe.h"
#include "chain/json.h"
#include "photon/hex.h"
#include "photon/pack.h"
#include "tspay/purse.h"

static int fail(char *err, size_t err_size, const char *what, const char *path)
{
	int ret = errno ? -errno : -EIO;

	snprintf(err, err_size, "%s %s: %s", what, path, strerror(-ret));
	return ret;
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
	char boot_id[37], minute[24];
	json_t *minutes = json_object();

	read_boot_id(boot_id);
	for (; i <= s->slot; i++) {
		ts_u128 v = s->slot_wei[i % POLICY_SLOTS];

		snprintf(minute, sizeof(minute), "%llu", (unsigned long long)i);
		if (v)
			json_object_set_new(minutes, minute, ts_json_wei(v));
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

		/* What cannot be read was spent: the cap must not forget it. */
		if (!text || ts_u128_parse(&wei, text))
			wei = TS_U128_MAX;
		spent_add(s, minute * POLICY_SLOT_S, wei);
	}
}

static json_t *json_life(const struct ts_life *life)
{
	static char text[2 + 2 * TS_PACKED_MAX_BYTES + 1];
	static uint8_t packed[TS_PACKED_MAX_BYTES];

	return json_string(ts_hex_print(text, packed, ts_life_pack(life, packed)));
}

static json_t *json_cursor(const struct ts_follow_cursor *cursor)
{
	char hash[TS_HASH_TEXT_SIZE];

	return json_pack("{s:I,s:s}", "block", (json_int_t)cursor->block_number,
			 "hash", ts_hash_print(&cursor->block_hash, hash));
}

static json_t *describe(const struct purse *p)
{
	const struct ts_channel *c = &p->life.channel;

	return json_pack("{s:i,s:o,s:b,s:b,s:b,s:o,s:o,s:o,s:s}", "version", 2,
			 "channel", ts_channel_describe(c, TS_SIDE_WALLET),
			 "over", c->state == TS_CHANNEL_NONE, "frozen", c->frozen,
			 "acked", ts_outbox_is_drained(&p->life.outbox),
			 "life", json_life(&p->life), "cursor", json_cursor(&p->cursor),
			 "spent", json_spent(&p->spent), "session", p->code);
}

/**
 * purse_save() - replace the file: a crash leaves the old or the new one
 * Return: 0, or a negative errno with one line in @err.
 */
int purse_save(const struct purse *p, char *err, size_t err_size)
{
	json_t *json = describe(p);
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

/* --- reading --------------------------------------------------------------- */

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

/* Before version 2 a purse had its last two datagrams alone. */
static int read_version_1(const json_t *json, struct ts_life *life)
{
	struct ts_datagram before, last;
	struct ts_message msg;

	if (read_datagram(json_object_get(json, "before"), &before) ||
	    read_datagram(json_object_get(json, "last"), &last))
		return -EINVAL;
	if (before.len) {
		if (ts_message_decode(&msg, before.b, before.len) ||
		    ts_outbox_queue(&life->outbox, &life->channel.partner_address,
				    &msg, &before))
			return -EINVAL;
		life->outbox.queue[0].acked = true;
	}
	if (!last.len)
		return 0;
	if (ts_message_decode(&msg, last.b, last.len) ||
	    ts_outbox_queue(&life->outbox, &life->channel.partner_address, &msg,
			    &last))
		return -EINVAL;
	life->outbox.queue[life->outbox.queue_count - 1].acked =
		json_is_true(json_object_get(json, "acked"));
	return 0;
}

static const char *read_life(const json_t *json, struct ts_life *life)
{
	static uint8_t packed[TS_PACKED_MAX_BYTES];
	const json_t *v = json_object_get(json, "life");
	struct ts_channel channel = life->channel;
	const char *text = json_string_value(v), *fault;
	size_t len = text ? strlen(text) : 0;

	if (!v) {
		memset(life, 0, sizeof(*life));
		life->channel = channel;
		if (read_version_1(json, life))
			return "last and before must be datagrams in hex";
		return ts_life_fault(life);
	}
	if (len < 2 || len % 2 || (len - 2) / 2 > sizeof(packed) ||
	    ts_hex_parse(packed, (len - 2) / 2, text))
		return "what is under way must be in hex";
	fault = ts_life_unpack(life, &channel, packed, (len - 2) / 2);
	return fault ? fault : ts_life_fault(life);
}

static int read_cursor(const json_t *json, struct ts_follow_cursor *cursor)
{
	const json_t *v = json_object_get(json, "cursor");
	const char *hash = json_string_value(json_object_get(v, "hash"));

	memset(cursor, 0, sizeof(*cursor));
	if (!v)
		return 0;
	cursor->block_number = (uint64_t)json_integer_value(json_object_get(v, "block"));
	return hash && !ts_hash_parse(&cursor->block_hash, hash) ? 0 : -EINVAL;
}

static int read_purse(struct purse *p, const json_t *json, char *err, size_t err_size)
{
	struct ts_channel *c = &p->life.channel;
	const char *fault, *code;
	char why[256];

	if (ts_channel_read(json_object_get(json, "channel"), TS_SIDE_WALLET, c,
			    why, sizeof(why))) {
		snprintf(err, err_size, "%s: %s", p->path, why);
		return -EINVAL;
	}
	if (json_is_true(json_object_get(json, "over")))
		c->state = TS_CHANNEL_NONE;
	c->frozen = json_is_true(json_object_get(json, "frozen"));
	fault = read_life(json, &p->life);
	if (!fault && read_cursor(json, &p->cursor))
		fault = "cursor must have a block and its hash";
	read_spent(json_object_get(json, "spent"), &p->spent);
	/* Purses of before have none. */
	code = json_string_value(json_object_get(json, "session"));
	snprintf(p->code, sizeof(p->code), "%s", code && ts_code_valid(code) ? code : "");
	if (!fault)
		return 0;
	snprintf(err, err_size, "%s: %s; it holds what you have paid: do not delete it, restore it from a copy",
		 p->path, fault);
	return -EINVAL;
}

/**
 * purse_load() - read the file at @p->path
 * Return: 0, -ENOENT: there is none, or -EINVAL with one line in @err.
 */
int purse_load(struct purse *p, char *err, size_t err_size)
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
	ret = read_purse(p, json, err, err_size);
	json_decref(json);
	return ret;
}

int purse_each(const char *dir, int (*cb)(const struct purse *p, void *arg),
	       void *arg, char *err, size_t err_size)
{
	static struct purse p;
	char *pattern;
	int ret = 0;
	glob_t g;
	size_t i;

	if (asprintf(&pattern, "%s/0x*.json", dir) < 0) {
		snprintf(err, err_size, "out of memory");
		return -ENOMEM;
	}
	if (glob(pattern, 0, NULL, &g)) {
		free(pattern);
		return 0;
	}
	for (i = 0; i < g.gl_pathc && !ret; i++) {
		memset(&p, 0, sizeof(p));
		p.path = g.gl_pathv[i];
		ret = purse_load(&p, err, err_size);
		if (!ret)
			ret = cb(&p, arg);
	}
	globfree(&g);
	free(pattern);
	return ret;
}
