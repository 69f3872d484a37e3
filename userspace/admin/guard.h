/* SPDX-License-Identifier: GPL-2.0 */
/*
 * guard.h - who is logged in, and how often somebody may try.
 *
 * In memory alone: after a restart everybody logs in anew.  Of a cookie only its digest is
 * kept, so nothing that is compared is what was sent.  It reads no clock.
 */
#ifndef TS_ADMIN_GUARD_H
#define TS_ADMIN_GUARD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#define TS_GUARD_LOGINS		8
#define TS_GUARD_SOURCES	64
/* A cookie, and a form's token: bytes in hexadecimal, with the NUL. */
#define TS_COOKIE_SIZE		65
#define TS_FORM_SIZE		33

/**
 * struct ts_login - somebody who is logged in
 * @digest: of the cookie
 * @form: what forms of this login carry
 * @begun_ns: when; 0: a free place
 * @seen_ns: last request
 */
struct ts_login {
	uint8_t digest[32];
	char form[TS_FORM_SIZE];
	uint64_t begun_ns;
	uint64_t seen_ns;
};

/**
 * struct ts_tries - tries that are left
 * @source: whose; of IPv6 its network of 64 bits
 * @left: how many
 * @since_ns: one more comes by time from here on
 */
struct ts_tries {
	uint8_t source[16];
	unsigned int left;
	uint64_t since_ns;
};

/**
 * struct ts_guard - all of them; begins zeroed
 * @logins: who is in
 * @sources: who has tried lately
 * @n_sources: how many places of it were ever used
 * @all: of all sources together
 */
struct ts_guard {
	struct ts_login logins[TS_GUARD_LOGINS];
	struct ts_tries sources[TS_GUARD_SOURCES];
	unsigned int n_sources;
	struct ts_tries all;
};

bool ts_guard_try(struct ts_guard *g, const struct sockaddr *from, uint64_t now_ns);
void ts_guard_begin(struct ts_guard *g, const struct sockaddr *from, uint64_t now_ns,
		    char cookie[TS_COOKIE_SIZE]);
struct ts_login *ts_guard_find(struct ts_guard *g, const char *cookie, uint64_t now_ns);
bool ts_guard_is_form(const struct ts_login *login, const char *form);
void ts_guard_end(struct ts_login *login);
void ts_guard_end_all(struct ts_guard *g);

#endif /* TS_ADMIN_GUARD_H */
