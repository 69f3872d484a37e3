// SPDX-License-Identifier: GPL-2.0
/* ndsctl.c - openNDS's tool as a child: see ndsctl.h. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tsd/ndsctl.h"

#define WORDS_MAX	10
/* A list of more clients than openNDS has is none. */
#define TEXT_MAX	(8 * 1024 * 1024)

extern char **environ;

/**
 * struct ts_ndsctl - the tool, and the child if there is one
 * @loop: libev's default loop, which alone hears of children
 * @path: of the tool
 * @patience_s: what takes longer is ended, with all that it started
 * @done: who is told
 * @ctx: for @done
 * @child: on its end
 * @output: on what it writes
 * @patience: ends it
 * @timed_out: it did
 * @text: what it wrote
 * @len: how much
 * @room: in @text
 */
struct ts_ndsctl {
	struct ev_loop *loop;
	char *path;
	double patience_s;
	ts_ndsctl_done *done;
	void *ctx;
	ev_child child;
	ev_io output;
	ev_timer patience;
	bool timed_out;
	char *text;
	size_t len;
	size_t room;
};

static bool is_running(const struct ts_ndsctl *n)
{
	return ev_is_active(&n->child);
}

/* It starts shells of its own; they are in its group. */
static void end_group(struct ts_ndsctl *n)
{
	kill(-n->child.pid, SIGKILL);
}

static bool make_room(struct ts_ndsctl *n)
{
	size_t room = n->room ? 2 * n->room : 4096;
	char *text;

	if (n->len + 1 < n->room)
		return true;
	text = room <= TEXT_MAX ? realloc(n->text, room) : NULL;
	if (!text)
		return false;
	n->text = text;
	n->room = room;
	return true;
}

static void read_output(struct ts_ndsctl *n)
{
	ssize_t got;

	for (;;) {
		if (!make_room(n)) {
			end_group(n);
			break;
		}
		got = read(n->output.fd, n->text + n->len, n->room - n->len - 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			return;
		if (got <= 0)
			break;
		n->len += (size_t)got;
	}
	ev_io_stop(n->loop, &n->output);
}

static void on_output(struct ev_loop *loop, ev_io *w, int revents)
{
	read_output(w->data);
}

static void on_patience(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct ts_ndsctl *n = w->data;

	n->timed_out = true;
	end_group(n);
}

static int status_of(const struct ts_ndsctl *n)
{
	if (n->timed_out)
		return -ETIMEDOUT;
	if (!WIFEXITED(n->child.rstatus))
		return -EINTR;
	/* What a spawn says that could not run the file. */
	return WEXITSTATUS(n->child.rstatus) == 127 ? -ENOENT :
						      WEXITSTATUS(n->child.rstatus);
}

static void stop(struct ts_ndsctl *n)
{
	ev_child_stop(n->loop, &n->child);
	ev_timer_stop(n->loop, &n->patience);
	ev_io_stop(n->loop, &n->output);
	close(n->output.fd);
}

static void on_end(struct ev_loop *loop, ev_child *w, int revents)
{
	struct ts_ndsctl *n = w->data;

	if (ev_is_active(&n->output))
		read_output(n);
	stop(n);
	if (make_room(n))
		n->text[n->len] = '\0';
	n->done(n->ctx, n->text ? status_of(n) : -ENOMEM, n->text ? n->text : "");
}

/**
 * ts_ndsctl_new() - nothing runs yet
 * @loop: libev's default loop
 * @path: of the tool; copied
 * @patience_s: what takes longer is ended, with all that it started
 * @done: told of each end, from the loop
 * @ctx: for @done
 *
 * Return: freed by ts_ndsctl_free(); NULL: no memory.
 */
struct ts_ndsctl *ts_ndsctl_new(struct ev_loop *loop, const char *path, double patience_s,
				ts_ndsctl_done *done, void *ctx)
{
	struct ts_ndsctl *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	n->path = strdup(path);
	if (!n->path) {
		free(n);
		return NULL;
	}
	n->loop = loop;
	n->patience_s = patience_s;
	n->done = done;
	n->ctx = ctx;
	n->output.fd = -1;
	ev_init(&n->child, on_end);
	ev_init(&n->output, on_output);
	ev_init(&n->patience, on_patience);
	n->child.data = n->output.data = n->patience.data = n;
	return n;
}

/** ts_ndsctl_free() - ends what is running; NULL is allowed */
void ts_ndsctl_free(struct ts_ndsctl *n)
{
	if (!n)
		return;
	if (is_running(n)) {
		end_group(n);
		waitpid(n->child.pid, NULL, 0);
		stop(n);
	}
	free(n->text);
	free(n->path);
	free(n);
}

/* Its own group, no input, our environment for the tools that it starts itself. */
static int spawn(struct ts_ndsctl *n, char **argv, int out, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, pipe;
	int ret;

	ret = posix_spawnattr_init(&attr);
	if (ret)
		return -ret;
	ret = posix_spawn_file_actions_init(&files);
	if (ret) {
		posix_spawnattr_destroy(&attr);
		return -ret;
	}
	sigemptyset(&none);
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &pipe);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
				 POSIX_SPAWN_SETSIGDEF);
	ret = posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	if (!ret)
		ret = posix_spawn_file_actions_adddup2(&files, out, 1);
	/* Its scripts chatter; what matters is in the exit status. */
	if (!ret)
		ret = posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
	if (!ret)
		ret = posix_spawn(pid, n->path, &files, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return -ret;
}

/**
 * ts_ndsctl_run() - run it with these words
 * @n: nothing of it is running
 * @words: its arguments, NULL at the end
 *
 * Return: 0 and later @done; negative errno: it could not be started.
 */
int ts_ndsctl_run(struct ts_ndsctl *n, const char *const *words)
{
	char *argv[WORDS_MAX + 2] = { n->path };
	unsigned int i;
	int ends[2], ret;
	pid_t pid;

	if (is_running(n))
		return -EBUSY;
	for (i = 0; words[i] && i < WORDS_MAX; i++)
		argv[i + 1] = (char *)words[i];
	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	ret = spawn(n, argv, ends[1], &pid);
	close(ends[1]);
	if (ret) {
		close(ends[0]);
		return ret;
	}
	n->timed_out = false;
	n->len = 0;
	ev_io_set(&n->output, ends[0], EV_READ);
	ev_io_start(n->loop, &n->output);
	ev_child_set(&n->child, pid, 0);
	ev_child_start(n->loop, &n->child);
	ev_timer_set(&n->patience, n->patience_s, 0);
	ev_timer_start(n->loop, &n->patience);
	return 0;
}
