/* SPDX-License-Identifier: GPL-2.0 */
/* listen.h - where HTTP is served; also the admin page is. */
#ifndef TS_PORTAL_LISTEN_H
#define TS_PORTAL_LISTEN_H

#include <sys/socket.h>

int ts_listen_on(const struct sockaddr *addr, socklen_t len);

#endif /* TS_PORTAL_LISTEN_H */
