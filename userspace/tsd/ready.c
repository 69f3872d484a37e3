// SPDX-License-Identifier: GPL-2.0
/* ready.c - the notification protocol of systemd, which is one datagram. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tsd/ready.h"

/**
 * ts_ready_tell() - tell the supervisor, if there is one that listens
 * @state: "READY=1", "RELOADING=1", "STOPPING=1", "WATCHDOG=1"
 */
void ts_ready_tell(const char *state)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const char *path = getenv("NOTIFY_SOCKET");
	socklen_t len;
	int fd;

	if (!path || (path[0] != '/' && path[0] != '@') ||
	    strlen(path) >= sizeof(to.sun_path))
		return;
	len = offsetof(struct sockaddr_un, sun_path) + strlen(path);
	memcpy(to.sun_path, path, strlen(path));
	if (to.sun_path[0] == '@')	/* a name, not a file */
		to.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	/* A supervisor that does not listen cannot be helped from here. */
	(void)!sendto(fd, state, strlen(state), MSG_NOSIGNAL,
		      (struct sockaddr *)&to, len);
	close(fd);
}

/** ts_ready_alive() - feed the watchdog; once a second is often enough */
void ts_ready_alive(void)
{
	if (getenv("WATCHDOG_USEC"))
		ts_ready_tell("WATCHDOG=1");
}
