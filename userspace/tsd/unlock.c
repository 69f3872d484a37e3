// SPDX-License-Identifier: GPL-2.0
/*
 * unlock.c - decrypt the key beside the loop.
 *
 * Argon2 is made to take a second or two.  Meanwhile the daemon has adopted the
 * kernel's accounts and grants what is reserved, for which it needs only the
 * address; so this is the one thing that is done in a thread of its own.  The
 * thread touches nothing but this structure, and the loop looks at it only
 * when the thread has said that it is through.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "keys/keyfile.h"
#include "tsd/unlock.h"

struct ts_unlock {
	struct ev_loop *loop;
	ev_async ready;
	pthread_t thread;
	char key_file[128];
	char passphrase_file[128];
	struct ts_signer *key;
	struct ts_keys_error error;
	ts_unlock_done *done;
	void *ctx;
};

static void *decrypt(void *arg)
{
	struct ts_passphrase *passphrase = NULL;
	struct ts_unlock *u = arg;

	if (!ts_passphrase_read_file(u->passphrase_file, &passphrase, &u->error)) {
		if (ts_keyfile_load(u->key_file, passphrase, &u->key, &u->error))
			u->key = NULL;
		ts_passphrase_free(passphrase);
	}
	ev_async_send(u->loop, &u->ready);
	return NULL;
}

static void on_ready(struct ev_loop *loop, ev_async *w, int revents)
{
	struct ts_unlock *u = w->data;
	struct ts_signer *key = u->key;

	u->key = NULL;
	ev_async_stop(loop, w);
	u->done(u->ctx, key, u->error.text);
}

/**
 * ts_unlock_start() - begin
 * @loop: in which @done is called; borrowed until ts_unlock_free()
 * @key_file: copied
 * @passphrase_file: copied
 * @done: called once, unless ts_unlock_free() comes before
 * @ctx: for @done
 *
 * Return: to be freed with ts_unlock_free(); NULL: no memory or no thread.
 */
struct ts_unlock *ts_unlock_start(struct ev_loop *loop, const char *key_file,
				  const char *passphrase_file,
				  ts_unlock_done *done, void *ctx)
{
	struct ts_unlock *u = calloc(1, sizeof(*u));

	if (!u)
		return NULL;
	u->loop = loop;
	u->done = done;
	u->ctx = ctx;
	snprintf(u->key_file, sizeof(u->key_file), "%s", key_file);
	snprintf(u->passphrase_file, sizeof(u->passphrase_file), "%s",
		 passphrase_file);
	ev_async_init(&u->ready, on_ready);
	u->ready.data = u;
	ev_async_start(loop, &u->ready);
	if (!pthread_create(&u->thread, NULL, decrypt, u))
		return u;
	ev_async_stop(loop, &u->ready);
	free(u);
	return NULL;
}

/** ts_unlock_free() - waits for the thread; NULL is allowed */
void ts_unlock_free(struct ts_unlock *u)
{
	if (!u)
		return;
	pthread_join(u->thread, NULL);
	ev_async_stop(u->loop, &u->ready);
	ts_signer_free(u->key);
	free(u);
}
