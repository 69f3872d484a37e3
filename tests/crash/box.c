// SPDX-License-Identifier: GPL-2.0
/* box.c - the daemon: started, watched, killed, asked. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crash.h"

/* A boot id of our own, if the test has put one there: seen by tsd alone. */
static void bind_boot_id(const char *dir)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/boot_id", dir);
	if (access(path, R_OK))
		return;
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount(path, "/proc/sys/kernel/random/boot_id", NULL, MS_BIND, NULL)) {
		fprintf(stderr, "boot_id: %s\n", strerror(errno));
		_exit(126);
	}
}

static _Noreturn void become(struct box *b, const char *const env[])
{
	char conf[256], log[256], state[256];
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(conf, sizeof(conf), "%s/tsd.conf", b->dir);
	snprintf(log, sizeof(log), "%s/tsd.log", b->dir);
	snprintf(state, sizeof(state), "%s/state", b->dir);
	fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	dup2(fd, 1);
	dup2(fd, 2);
	bind_boot_id(b->dir);
	if (env) {
		setenv("LD_PRELOAD", b->shim, 1);
		setenv("TS_SHIM_DIR", state, 1);
		for (; *env; env++)
			putenv((char *)*env);
	}
	execl(b->tsd, b->tsd, "-c", conf, (char *)NULL);
	fprintf(stderr, "%s: %s\n", b->tsd, strerror(errno));
	_exit(127);
}

/**
 * box_start() - start the daemon
 * @b: it does not run
 * @env: "NAME=VALUE"... for the shim, NULL at the end; NULL: without the shim
 */
void box_start(struct box *b, const char *const env[])
{
	b->pid = fork();
	if (b->pid < 0)
		die("fork: %s", strerror(errno));
	if (!b->pid)
		become(b, env);
}

/** box_runs() - whether it does; if not, @b->status says how it ended */
bool box_runs(struct box *b)
{
	if (!b->pid)
		return false;
	if (waitpid(b->pid, &b->status, WNOHANG) == 0)
		return true;
	b->pid = 0;
	return false;
}

/** box_health() - GET /v1/health; Return: a new reference or NULL */
json_t *box_health(int *status)
{
	return net_json(AT_ROUTER, "/v1/health", status);
}

/**
 * box_ready() - wait until it says that it is healthy
 * @b: the daemon
 * @ms: for how long
 *
 * Return: false when it has died or takes longer.
 */
bool box_ready(struct box *b, unsigned int ms)
{
	uint64_t start = now_ms(), took;
	int status;

	do {
		json_decref(box_health(&status));
		if (status == 200) {
			took = now_ms() - start;
			b->ready_ms += took;
			b->ready_count++;
			if (took > b->ready_max_ms)
				b->ready_max_ms = took;
			return true;
		}
		nap_ms(2);
	} while (box_runs(b) && now_ms() - start < ms);
	return false;
}

/** box_tend() - what its supervisor would do: start it again if it has died */
void box_tend(struct box *b)
{
	if (box_runs(b))
		return;
	if (b->status && !(WIFSIGNALED(b->status) && WTERMSIG(b->status) == SIGKILL))
		die("tsd ended by itself, status 0x%x; see %s/tsd.log", b->status, b->dir);
	b->restarts++;
	box_start(b, NULL);
	if (!box_ready(b, 10000))
		die("tsd is not healthy within 10 s after a restart; see %s/tsd.log",
		    b->dir);
}

/**
 * box_end() - end the daemon, wait for it
 * @b: it may have ended already
 * @sig: SIGTERM or SIGKILL
 *
 * Return: its status as from waitpid(), -1: still there after 10 s.
 */
int box_end(struct box *b, int sig)
{
	uint64_t start = now_ms();

	if (box_runs(b))
		kill(b->pid, sig);
	while (box_runs(b)) {
		if (now_ms() - start > 10000)
			return -1;
		nap_ms(1);
	}
	return b->status;
}

/**
 * box_ask() - over the control socket
 * @b: the daemon
 * @request: taken
 *
 * Return: a new reference, NULL: no answer.
 */
json_t *box_ask(struct box *b, json_t *request)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct timeval patience = { .tv_sec = 5 };
	char *text = json_dumps(request, JSON_COMPACT);
	json_t *answer = NULL;
	char line[65536];
	size_t got = 0;
	ssize_t n;
	int fd;

	json_decref(request);
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%.80s/run/tsd.sock", b->dir);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    send(fd, text, strlen(text), MSG_NOSIGNAL) < 0 ||
	    send(fd, "\n", 1, MSG_NOSIGNAL) < 0)
		/* It dies while it is spoken to; that is what this is about. */
		goto out;
	while (got < sizeof(line) && (n = read(fd, line + got, sizeof(line) - got)) > 0) {
		got += (size_t)n;
		if (line[got - 1] == '\n')
			break;
	}
	answer = json_loadb(line, got, 0, NULL);
out:
	close(fd);
	free(text);
	return answer;
}

/** box_memory_kb() - Return: resident memory of the daemon */
unsigned long box_memory_kb(const struct box *b)
{
	unsigned long kb = 0;
	char path[64], line[200];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", b->pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "VmRSS: %lu", &kb) == 1)
			break;
	if (f)
		fclose(f);
	return kb;
}

/** box_log_has() - whether its log says @text */
bool box_log_has(const struct box *b, const char *text)
{
	char path[256], line[4096];
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "%s/tsd.log", b->dir);
	f = fopen(path, "re");
	while (f && !found && fgets(line, sizeof(line), f))
		found = strstr(line, text);
	if (f)
		fclose(f);
	return found;
}
