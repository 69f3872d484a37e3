/* SPDX-License-Identifier: GPL-2.0 */
/* portal_client.h - who asks the portal: sockets, requests and what comes back. */
#ifndef TS_TEST_PORTAL_CLIENT_H
#define TS_TEST_PORTAL_CLIENT_H

#include "portal_fixture.h"

/* A connection that does not wait. */
int dial(uint16_t port);
/* One turn of the loop, which never sleeps for long. */
void turn(struct fixture *f);
/* Reads until @want is in it or the peer closed; gives up after 200 turns. */
/* All that is said to it; good until the next one. */
char *answer(struct fixture *f, int fd);
void read_until(struct fixture *f, int fd, const char *want, char *out, size_t size);
/* Sends a whole request and reads what comes until the portal closes. */
void ask(struct fixture *f, uint16_t port, const char *request, size_t len,
	 char *out, size_t size);
/* GET with "Connection: close", so that the answer ends; good until the next one. */
char *get(struct fixture *f, const char *path);
/* Fails the test when @part is not in @text. */
void has(const char *text, const char *part);
/* Fails the test when @part is in @text. */
void lacks(const char *text, const char *part);
/* ask(), and @part is in what comes. */
void expect(struct fixture *f, const char *request, size_t len, const char *part);
/* The same of a literal, which may have NULs in it. */
#define EXPECT(f, request, part) expect(f, request, sizeof(request) - 1, part)

#endif /* TS_TEST_PORTAL_CLIENT_H */
