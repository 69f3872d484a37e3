/* SPDX-License-Identifier: GPL-2.0 */
/* private.h - between the files of the admin page. */
#ifndef TS_ADMIN_PRIVATE_H
#define TS_ADMIN_PRIVATE_H

#include <microhttpd.h>
#include <pthread.h>
#include <sys/stat.h>

#include "admin/admin.h"
#include "admin/guard.h"
#include "admin/secret.h"

#define TS_ADMIN_DOORS_MAX	4
#define TS_ADMIN_CONNECTIONS	32
/* A password of TS_PASSPHRASE_MAX_CHARS, each of three. */
#define TS_ADMIN_BODY_MAX	3200

/**
 * struct ts_door - one address
 * @admin: ours
 * @daemon: libmicrohttpd's
 * @io: on its epoll descriptor
 * @secure: https
 * @local: of this box alone
 * @rounds: of it, so often it may run again at once
 */
struct ts_door {
	struct ts_admin *admin;
	struct MHD_Daemon *daemon;
	ev_io io;
	bool secure;
	bool local;
	unsigned int rounds;
};

/**
 * struct ts_ask - a request
 * @door: where it came in
 * @connection: libmicrohttpd's
 * @posted: it has a body
 * @tried: its password was looked at: @good
 * @good: it was right
 * @len: of @body
 * @too_long: it had more
 * @body: a form
 */
struct ts_ask {
	struct ts_door *door;
	struct MHD_Connection *connection;
	bool posted;
	bool tried;
	bool good;
	bool too_long;
	size_t len;
	char body[TS_ADMIN_BODY_MAX];
};

/**
 * struct ts_trial - a password being tried
 * @ask: whose; NULL: nobody's, none is tried
 * @thread: that does it
 * @secret: copy
 * @password: as typed
 * @len: of it
 * @good: the outcome
 */
struct ts_trial {
	struct ts_ask *ask;
	pthread_t thread;
	struct ts_admin_secret secret;
	char password[TS_PASSPHRASE_MAX_CHARS];
	size_t len;
	bool good;
};

/**
 * struct ts_admin - all of it
 * @secret: as the file was
 * @mark: by what it is known when the file is another
 * @trial: the one that is under way
 * @trial_over: its thread is through
 * @kick: something was resumed
 * @stopping: no password is tried any more
 */
struct ts_admin {
	struct ev_loop *loop;
	struct ts_admin_facts facts;
	struct ts_admin_ops ops;
	const struct ts_history *history;
	struct ts_door doors[TS_ADMIN_DOORS_MAX];
	unsigned int n_doors;
	struct ts_guard guard;
	struct ts_admin_secret secret;
	struct stat mark;
	struct ts_trial trial;
	ev_async trial_over;
	ev_prepare prepare;
	ev_timer timer;
	bool kick;
	bool stopping;
};

/* request.c */
enum MHD_Result ts_admin_handle(void *door, struct MHD_Connection *c, const char *url,
				const char *method, const char *version, const char *body,
				size_t *body_len, void **ask);
void ts_admin_done(void *door, struct MHD_Connection *c, void **ask,
		   enum MHD_RequestTerminationCode why);
enum MHD_Result ts_admin_text(struct MHD_Connection *c, unsigned int status,
			      const char *text);

/* answer.c */
enum MHD_Result ts_admin_answer(struct MHD_Connection *c, unsigned int status,
				const char *type, char *text, size_t len);
enum MHD_Result ts_admin_redirect(struct MHD_Connection *c, const char *to,
				  const char *cookie);
enum MHD_Result ts_admin_file(struct MHD_Connection *c, const char *url);

/* login.c */
void ts_admin_look_secret(struct ts_admin *a);
struct ts_login *ts_admin_login_of(struct ts_ask *ask);
enum MHD_Result ts_admin_post_login(struct ts_ask *ask);
enum MHD_Result ts_admin_post_logout(struct ts_ask *ask);
void ts_admin_trial_over(struct ev_loop *loop, ev_async *w, int revents);
void ts_admin_trial_end(struct ts_admin *a);
bool ts_admin_form_value(const char *body, size_t len, const char *name, char *out,
			 size_t size, size_t *out_len);

/* page.c */
char *ts_admin_page(struct ts_admin *a, const struct ts_login *login, const char *period,
		    size_t *len);
char *ts_admin_login_page(struct ts_admin *a, const char *fault, size_t *len);

/* plot.c */
void ts_admin_plots(struct ts_admin *a, FILE *out, const char *period);

/* table.c */
void ts_admin_tables(struct ts_admin *a, FILE *out);

#endif /* TS_ADMIN_PRIVATE_H */
