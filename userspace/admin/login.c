// SPDX-License-Identifier: GPL-2.0
/* login.c - in by the password, out by a form. */
#include <stdlib.h>
#include <string.h>

#include "admin/private.h"

/*
 * By https no other port of the same name, nor anybody by plain http, can set or see it:
 * that is what the prefix promises.
 */
#define COOKIE		"ts_admin"
#define SAFE_COOKIE	"__Host-ts_admin"

static const char *cookie_name(const struct ts_door *door)
{
	return door->secure ? SAFE_COOKIE : COOKIE;
}

/**
 * ts_admin_look_secret() - read the file again if it is another
 *
 * With another password, or none, everybody is out.
 */
void ts_admin_look_secret(struct ts_admin *a)
{
	char before[crypto_pwhash_STRBYTES];
	struct ts_keys_error error;
	struct stat st;

	if (stat(a->facts.secret_path, &st))
		memset(&st, 0, sizeof(st));
	if (st.st_ino == a->mark.st_ino && st.st_size == a->mark.st_size &&
	    st.st_mode == a->mark.st_mode &&
	    !memcmp(&st.st_ctim, &a->mark.st_ctim, sizeof(st.st_ctim)))
		return;
	a->mark = st;
	memcpy(before, a->secret.password, sizeof(before));
	ts_admin_secret_load(a->facts.secret_path, &a->secret, &error);
	if (strcmp(before, a->secret.password))
		ts_guard_end_all(&a->guard);
}

static uint64_t now_ns(struct ts_admin *a)
{
	struct ts_time now;

	a->ops.now(a->ops.ctx, &now);
	return now.boot_ns;
}

static const struct sockaddr *peer(struct MHD_Connection *c)
{
	return MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
}

/** ts_admin_login_of() - Return: who asks; NULL: nobody who is logged in */
struct ts_login *ts_admin_login_of(struct ts_ask *ask)
{
	struct ts_admin *a = ask->door->admin;
	const char *cookie;

	ts_admin_look_secret(a);
	cookie = MHD_lookup_connection_value(ask->connection, MHD_COOKIE_KIND,
					     cookie_name(ask->door));
	return cookie ? ts_guard_find(&a->guard, cookie, now_ns(a)) : NULL;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Of application/x-www-form-urlencoded: a character at @at, which moves on; -1: none. */
static int decode(const char *body, size_t len, size_t *at)
{
	int high, low;

	if (body[*at] == '+') {
		(*at)++;
		return ' ';
	}
	if (body[*at] != '%')
		return (unsigned char)body[(*at)++];
	if (len - *at < 3)
		return -1;
	high = digit(body[*at + 1]);
	low = digit(body[*at + 2]);
	*at += 3;
	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/**
 * ts_admin_form_value() - a field of a form
 * @body: the form
 * @len: of it
 * @name: of the field, of letters alone
 * @out: what was typed, with a NUL behind it
 * @size: room in @out
 * @out_len: set, without the NUL
 *
 * Return: it is there, and fits.
 */
bool ts_admin_form_value(const char *body, size_t len, const char *name, char *out,
			 size_t size, size_t *out_len)
{
	size_t at = 0, n = strlen(name);
	int c;

	while (at < len && (len - at <= n || memcmp(body + at, name, n) || body[at + n] != '=')) {
		while (at < len && body[at] != '&')
			at++;
		at++;
	}
	if (at >= len)
		return false;
	at += n + 1;
	for (*out_len = 0; at < len && body[at] != '&'; (*out_len)++) {
		c = decode(body, len, &at);
		if (c < 0 || *out_len + 1 >= size)
			return false;
		out[*out_len] = (char)c;
	}
	out[*out_len] = '\0';
	return true;
}

static enum MHD_Result login_page(struct ts_ask *ask, unsigned int status, const char *fault)
{
	size_t len = 0;
	char *text = ts_admin_login_page(ask->door->admin, fault, &len);

	return ts_admin_answer(ask->connection, status, "text/html; charset=utf-8", text, len);
}

static void *try(void *arg)
{
	struct ts_admin *a = arg;

	a->trial.good = ts_admin_secret_is_password(&a->trial.secret, a->trial.password,
						    a->trial.len);
	ev_async_send(a->loop, &a->trial_over);
	return NULL;
}

/** ts_admin_trial_end() - wait for the thread; whoever waits for it goes on */
void ts_admin_trial_end(struct ts_admin *a)
{
	struct ts_trial *t = &a->trial;

	if (!t->len)
		return;
	pthread_join(t->thread, NULL);
	if (t->ask) {
		t->ask->tried = true;
		t->ask->good = t->good;
		MHD_resume_connection(t->ask->connection);
		a->kick = true;
	}
	sodium_memzero(t, sizeof(*t));
}

/** ts_admin_trial_over() - the thread has said that it is through */
void ts_admin_trial_over(struct ev_loop *loop, ev_async *w, int revents)
{
	ts_admin_trial_end(w->data);
}

static enum MHD_Result let_in(struct ts_ask *ask)
{
	char cookie[TS_COOKIE_SIZE], line[200];
	struct ts_admin *a = ask->door->admin;

	a->ops.tried(a->ops.ctx, peer(ask->connection),
		     ask->good ? NULL : "a wrong password");
	if (!ask->good)
		return login_page(ask, MHD_HTTP_FORBIDDEN, "That is not the password.");
	ts_guard_begin(&a->guard, peer(ask->connection), now_ns(a), cookie);
	snprintf(line, sizeof(line), "%s=%s; Path=/; HttpOnly; SameSite=Strict%s",
		 cookie_name(ask->door), cookie, ask->door->secure ? "; Secure" : "");
	sodium_memzero(cookie, sizeof(cookie));
	return ts_admin_redirect(ask->connection, "/", line);
}

/** ts_admin_post_login() - somebody has typed a password */
enum MHD_Result ts_admin_post_login(struct ts_ask *ask)
{
	struct ts_admin *a = ask->door->admin;
	struct ts_trial *t = &a->trial;

	if (ask->tried)
		return let_in(ask);
	ts_admin_look_secret(a);
	if (!*a->secret.password)
		return login_page(ask, MHD_HTTP_FORBIDDEN, NULL);
	/* Nobody would wake it up, and libmicrohttpd does not stop while one sleeps. */
	if (t->len || a->stopping)
		return login_page(ask, MHD_HTTP_SERVICE_UNAVAILABLE,
				  "Somebody else is logging in; try again.");
	if (!ts_guard_try(&a->guard, peer(ask->connection), now_ns(a))) {
		a->ops.tried(a->ops.ctx, peer(ask->connection), "too many tries");
		return login_page(ask, MHD_HTTP_TOO_MANY_REQUESTS,
				  "Too many tries; wait a minute and try again.");
	}
	if (!ts_admin_form_value(ask->body, ask->len, "password", t->password,
				 sizeof(t->password), &t->len) || !t->len) {
		sodium_memzero(t, sizeof(*t));
		return login_page(ask, MHD_HTTP_BAD_REQUEST, "Type the password.");
	}
	sodium_memzero(ask->body, sizeof(ask->body));
	t->secret = a->secret;
	t->ask = ask;
	MHD_suspend_connection(ask->connection);
	if (!pthread_create(&t->thread, NULL, try, a))
		return MHD_YES;
	sodium_memzero(t, sizeof(*t));
	MHD_resume_connection(ask->connection);
	ask->tried = true;
	a->kick = true;
	return MHD_YES;
}

/** ts_admin_post_logout() - somebody leaves */
enum MHD_Result ts_admin_post_logout(struct ts_ask *ask)
{
	struct ts_login *login = ts_admin_login_of(ask);
	char form[TS_FORM_SIZE], line[120];
	size_t len;

	if (login && (!ts_admin_form_value(ask->body, ask->len, "form", form, sizeof(form), &len) ||
		      !ts_guard_is_form(login, form)))
		return ts_admin_text(ask->connection, MHD_HTTP_FORBIDDEN,
				     "this form is of another login; load the page again");
	if (login)
		ts_guard_end(login);
	snprintf(line, sizeof(line), "%s=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict%s",
		 cookie_name(ask->door), ask->door->secure ? "; Secure" : "");
	return ts_admin_redirect(ask->connection, "/login", line);
}
