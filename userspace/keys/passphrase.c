// SPDX-License-Identifier: GPL-2.0
/*
 * passphrase.c - the secret that opens a key file, and where it comes from.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <sodium.h>

#include "keys/passphrase.h"

/* Room for the longest one, its newline, and a byte that shows it is longer. */
#define READ_MAX	(TS_PASSPHRASE_MAX_CHARS + 2)

/* The size keeps @len aligned: guarded memory ends where a page ends. */
_Static_assert(sizeof(struct ts_passphrase) % sizeof(size_t) == 0,
	       "guarded memory would be misaligned");

static struct ts_passphrase *alloc_passphrase(void)
{
	if (sodium_init() < 0)
		return NULL;
	return sodium_malloc(sizeof(struct ts_passphrase));
}

/**
 * ts_passphrase_new() - put a passphrase into guarded memory
 * @text: the bytes; the caller wipes its own copy
 * @len: how many
 * @out: where the passphrase goes, to be freed by ts_passphrase_free()
 * @error: what is wrong, on failure
 *
 * Return: 0, -EINVAL if it is empty or too long, or -ENOMEM.
 */
int ts_passphrase_new(const char *text, size_t len,
		      struct ts_passphrase **out, struct ts_keys_error *error)
{
	struct ts_passphrase *p;

	if (!len)
		return ts_keys_fail(error, EINVAL,
				    "the passphrase is empty; give at least one character");
	if (len > TS_PASSPHRASE_MAX_CHARS)
		return ts_keys_fail(error, EINVAL,
				    "the passphrase is longer than %d bytes; shorten it",
				    TS_PASSPHRASE_MAX_CHARS);
	p = alloc_passphrase();
	if (!p)
		return ts_keys_fail(error, ENOMEM, "out of memory");
	p->len = len;
	memcpy(p->text, text, len);
	*out = p;
	return 0;
}

/* Wipes it. NULL is allowed. */
void ts_passphrase_free(struct ts_passphrase *passphrase)
{
	sodium_free(passphrase);
}

/* Read to the end, or until it is clearly too long. */
static ssize_t read_all(int fd, char *room, size_t size)
{
	size_t len = 0;

	while (len < size) {
		ssize_t got = read(fd, room + len, size - len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		len += (size_t)got;
	}
	return (ssize_t)len;
}

/* One newline at the end is the editor's, not the passphrase's. */
static size_t without_newline(const char *text, size_t len)
{
	if (len && text[len - 1] == '\n')
		len--;
	return len;
}

/**
 * ts_passphrase_read_fd() - read a passphrase from an open file
 * @fd: a pipe, a socket or a file; read to its end, not closed
 * @out: where the passphrase goes
 * @error: what is wrong, on failure
 *
 * Return: 0 or a negative errno.
 */
int ts_passphrase_read_fd(int fd, struct ts_passphrase **out,
			  struct ts_keys_error *error)
{
	char room[READ_MAX];
	ssize_t len;
	int ret;

	len = read_all(fd, room, sizeof(room));
	if (len < 0)
		ret = ts_keys_fail(error, (int)-len,
				   "the passphrase cannot be read from file descriptor %d: %s",
				   fd, strerror((int)-len));
	else
		ret = ts_passphrase_new(room, without_newline(room, (size_t)len),
					out, error);
	sodium_memzero(room, sizeof(room));
	return ret;
}

/**
 * ts_passphrase_read_file() - read a passphrase from a file
 * @path: its name; only its owner may have access to it
 * @out: where the passphrase goes
 * @error: what is wrong, on failure
 *
 * Return: 0, -EACCES if others can read the file, or another negative errno.
 */
int ts_passphrase_read_file(const char *path, struct ts_passphrase **out,
			    struct ts_keys_error *error)
{
	struct stat st;
	int fd, ret;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return ts_keys_fail(error, errno,
				    "%s: the passphrase file cannot be opened: %s",
				    path, strerror(errno));
	if (fstat(fd, &st)) {
		ret = ts_keys_fail(error, errno, "%s: %s", path,
				   strerror(errno));
		goto close_file;
	}
	if (S_ISREG(st.st_mode) && st.st_mode & (S_IRWXG | S_IRWXO)) {
		ret = ts_keys_fail(error, EACCES,
				   "%s: others than its owner may read or change this passphrase file; chmod 600 it",
				   path);
		goto close_file;
	}
	ret = ts_passphrase_read_fd(fd, out, error);
	if (ret == -EINVAL)
		ts_keys_fail(error, EINVAL,
			     "%s: the passphrase file must hold 1 to %d bytes",
			     path, TS_PASSPHRASE_MAX_CHARS);
	else if (ret)
		ts_keys_fail(error, -ret, "%s: the passphrase file cannot be read: %s",
			     path, strerror(-ret));
close_file:
	close(fd);
	return ret;
}

/*
 * Signals that would end or stop us while the terminal does not echo: they are
 * held as a note until it does again, and then sent to ourselves.
 */
static const int held[] = { SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGTSTP };

#define HELD	(sizeof(held) / sizeof(held[0]))

static volatile sig_atomic_t held_signal;

static void hold_signal(int signal)
{
	held_signal = signal;
}

/**
 * struct holding - what is as it was before
 * @action: of each held signal
 * @mask: of blocked signals
 */
struct holding {
	struct sigaction action[HELD];
	sigset_t mask;
};

/* Blocked but for the moment of waiting: none can come just before it. */
static void hold_signals(struct holding *before)
{
	struct sigaction hold = { .sa_handler = hold_signal };
	sigset_t block;
	size_t i;

	held_signal = 0;
	sigemptyset(&block);
	for (i = 0; i < HELD; i++)
		sigaddset(&block, held[i]);
	sigprocmask(SIG_BLOCK, &block, &before->mask);
	for (i = 0; i < HELD; i++)
		sigaction(held[i], &hold, &before->action[i]);
}

static void release_signals(const struct holding *before)
{
	size_t i;

	for (i = 0; i < HELD; i++)
		sigaction(held[i], &before->action[i], NULL);
	sigprocmask(SIG_SETMASK, &before->mask, NULL);
	if (held_signal)
		raise(held_signal);
}

/* Return: as read(), which waits with the signals of @before let in. */
static ssize_t read_line(int tty, char *room, size_t size, const struct holding *before)
{
	struct pollfd pfd = { .fd = tty, .events = POLLIN };

	if (ppoll(&pfd, 1, NULL, &before->mask) < 0)
		return -1;
	return read(tty, room, size);
}

/* One line from the terminal, unseen. */
static int ask(int tty, const char *prompt, struct ts_passphrase **out,
	       struct ts_keys_error *error)
{
	struct holding before;
	struct termios seen, unseen;
	char room[READ_MAX];
	int ret, why = 0;
	ssize_t len;

	if (tcgetattr(tty, &seen))
		return ts_keys_fail(error, errno,
				    "the terminal cannot be asked: %s",
				    strerror(errno));
	unseen = seen;
	unseen.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	hold_signals(&before);
	/* Flushed, so that nothing typed before the prompt is taken for it. */
	tcsetattr(tty, TCSAFLUSH, &unseen);
	len = write(tty, prompt, strlen(prompt));
	if (len >= 0)
		len = read_line(tty, room, sizeof(room), &before);
	if (len < 0)
		why = errno;
	tcsetattr(tty, TCSAFLUSH, &seen);
	if (write(tty, "\n", 1) < 0 && !why)
		why = errno;
	release_signals(&before);
	if (why)
		ret = ts_keys_fail(error, why,
				   "the terminal cannot be read: %s",
				   strerror(why));
	else
		ret = ts_passphrase_new(room, without_newline(room, (size_t)len),
					out, error);
	sodium_memzero(room, sizeof(room));
	return ret;
}

static bool same(const struct ts_passphrase *a, const struct ts_passphrase *b)
{
	return a->len == b->len && !sodium_memcmp(a->text, b->text, a->len);
}

/**
 * ts_passphrase_prompt() - ask for a passphrase on the terminal
 * @prompt: what to print before it
 * @twice: ask again and compare: for a new key
 * @out: where the passphrase goes
 * @error: what is wrong, on failure
 *
 * Return: 0, -ENOTTY if there is no terminal, -EINVAL if the two differ, or
 * another negative errno.
 */
int ts_passphrase_prompt(const char *prompt, bool twice,
			 struct ts_passphrase **out,
			 struct ts_keys_error *error)
{
	struct ts_passphrase *first = NULL, *again = NULL;
	int tty, ret;

	tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (tty < 0)
		return ts_keys_fail(error, ENOTTY,
				    "there is no terminal to ask for the passphrase; give it in a file (file:PATH) or on a descriptor (fd:N)");
	ret = ask(tty, prompt, &first, error);
	if (!ret && twice)
		ret = ask(tty, "The same again: ", &again, error);
	if (!ret && twice && !same(first, again))
		ret = ts_keys_fail(error, EINVAL,
				   "the two passphrases differ; try again");
	close(tty);
	ts_passphrase_free(again);
	if (ret)
		ts_passphrase_free(first);
	else
		*out = first;
	return ret;
}

/**
 * ts_passphrase_from() - get a passphrase from where a person said it is
 * @source: "file:PATH", "fd:N" or "prompt"
 * @prompt: what to print when asking
 * @twice: when asking, ask twice: for a new key
 * @out: where the passphrase goes
 * @error: what is wrong, on failure
 *
 * Return: 0, -EINVAL if there is no such source, or another negative errno.
 */
int ts_passphrase_from(const char *source, const char *prompt, bool twice,
		       struct ts_passphrase **out,
		       struct ts_keys_error *error)
{
	char *end;
	long fd;

	if (!strcmp(source, "prompt"))
		return ts_passphrase_prompt(prompt, twice, out, error);
	if (!strncmp(source, "file:", 5) && source[5])
		return ts_passphrase_read_file(source + 5, out, error);
	if (!strncmp(source, "fd:", 3)) {
		fd = strtol(source + 3, &end, 10);
		if (end != source + 3 && !*end && fd >= 0 && fd < 1 << 20)
			return ts_passphrase_read_fd((int)fd, out, error);
	}
	return ts_keys_fail(error, EINVAL,
			    "%s: no source of a passphrase; give file:PATH, fd:N or prompt",
			    source);
}
