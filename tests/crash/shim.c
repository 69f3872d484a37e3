// SPDX-License-Identifier: GPL-2.0
/*
 * shim.c - LD_PRELOAD: ends or fails the program at its k-th call that matters.
 *
 * What matters is what somebody can see afterwards: calls on regular files
 * under $TS_SHIM_DIR (the ledger, its log, its lock), and on sockets of the
 * families inet, inet6 and unix (Acks, HTTP, the control socket).  Not counted
 * are logs on stderr, wake-ups inside the program (eventfd, timerfd, pipes) and
 * netlink: what netlink sets is set again at the next start.  Grants to the
 * kernel are stores into mapped memory, no calls: killing before and after the
 * calls around them is what parts them.
 *
 *   TS_SHIM_CALLS  all, or one of write, fsync, send: which are counted
 *   TS_SHIM_UNIX   no: calls on unix sockets do not matter
 *   TS_SHIM_AT     k, from 1
 *   TS_SHIM_DO     before   SIGKILL instead of the call
 *                  after    SIGKILL when the call has returned
 *                  half     a write does the first half of its bytes, SIGKILL
 *                  power    before, and what was written to the files since
 *                           their last fsync is undone: a power cut
 *                  eio enospc   the call fails, the program goes on
 *   TS_SHIM_TELL   file: a line for the call it happened at; without TS_SHIM_AT
 *                  the counts, at exit
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum call { CALL_WRITE, CALL_FSYNC, CALL_SEND, CALL_COUNT };
enum act { ACT_NONE, ACT_BEFORE, ACT_AFTER, ACT_HALF, ACT_POWER, ACT_EIO, ACT_ENOSPC };

static const char *const call_names[] = { "write", "fsync", "send" };
static const char *const act_names[] = {
	"none", "before", "after", "half", "power", "eio", "enospc"
};

static struct {
	unsigned int calls;	/* bits of enum call */
	unsigned long at;
	enum act act;
	bool is_unix;
	const char *dir;
	size_t dir_len;
	const char *tell;
	atomic_ulong count[CALL_COUNT];
	atomic_ulong seen;
} shim;

/**
 * struct undo - bytes of a file as its last fsync left them
 * @next: an older one
 * @dev: of the file
 * @ino: likewise
 * @path: to open it anew
 * @size: of the whole file
 * @off: where @bytes were
 * @len: how many
 * @bytes: they
 */
struct undo {
	struct undo *next;
	dev_t dev;
	ino_t ino;
	char path[128];
	off_t size;
	off_t off;
	size_t len;
	uint8_t bytes[];
};

static struct undo *undos;
static atomic_flag undo_lock = ATOMIC_FLAG_INIT;

static void lock(void)
{
	while (atomic_flag_test_and_set(&undo_lock))
		;
}

static void unlock(void)
{
	atomic_flag_clear(&undo_lock);
}

#define REAL(ret, name, ...)						\
	static ret (*real)(__VA_ARGS__);				\
	if (!real)							\
		real = (ret (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static void at_exit(void)
{
	char text[200];
	int fd, n;

	if (shim.at || !shim.tell)
		return;
	n = snprintf(text, sizeof(text), "%lu %lu %lu\n", shim.count[CALL_WRITE],
		     shim.count[CALL_FSYNC], shim.count[CALL_SEND]);
	fd = open(shim.tell, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd >= 0) {
		syscall(SYS_write, fd, text, n);
		close(fd);
	}
}

__attribute__((constructor)) static void begin(void)
{
	const char *calls = getenv("TS_SHIM_CALLS"), *at = getenv("TS_SHIM_AT");
	const char *act = getenv("TS_SHIM_DO"), *local = getenv("TS_SHIM_UNIX");
	unsigned int i;

	shim.dir = getenv("TS_SHIM_DIR");
	shim.dir_len = shim.dir ? strlen(shim.dir) : 0;
	shim.tell = getenv("TS_SHIM_TELL");
	shim.at = at ? strtoul(at, NULL, 10) : 0;
	shim.is_unix = !local || strcmp(local, "no");
	for (i = 0; i < CALL_COUNT; i++)
		if (!calls || !strcmp(calls, "all") || !strcmp(calls, call_names[i]))
			shim.calls |= 1u << i;
	for (i = 0; act && i < sizeof(act_names) / sizeof(act_names[0]); i++)
		if (!strcmp(act, act_names[i]))
			shim.act = i;
	/* Not for what this program starts in its turn. */
	unsetenv("LD_PRELOAD");
	atexit(at_exit);
}

/* The path of a regular file under the directory, else false. */
static bool file_matters(int fd, struct stat *st, char path[PATH_MAX])
{
	char link[40];
	ssize_t n;

	if (!shim.dir_len || fstat(fd, st) || !S_ISREG(st->st_mode))
		return false;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, PATH_MAX - 1);
	if (n <= 0)
		return false;
	path[n] = '\0';
	return !strncmp(path, shim.dir, shim.dir_len);
}

static bool socket_matters(int fd)
{
	socklen_t len = sizeof(int);
	int domain;

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len))
		return false;
	return domain == AF_INET || domain == AF_INET6 ||
	       (domain == AF_UNIX && shim.is_unix);
}

static void put_back(void)
{
	struct undo *u;
	char shm[160];
	int fd;

	lock();
	for (u = undos; u; u = u->next) {
		fd = syscall(SYS_openat, AT_FDCWD, u->path, O_RDWR | O_CLOEXEC, 0);
		if (fd < 0)
			continue;
		if (u->len)
			syscall(SYS_pwrite64, fd, u->bytes, u->len, u->off);
		syscall(SYS_ftruncate, fd, u->size);
		/* Shared memory does not outlive the power. */
		if (strstr(u->path, "-wal")) {
			snprintf(shm, sizeof(shm), "%.*s-shm",
				 (int)(strlen(u->path) - 4), u->path);
			syscall(SYS_unlink, shm);
		}
	}
}

static void end(void)
{
	if (shim.act == ACT_POWER)
		put_back();
	syscall(SYS_kill, getpid(), SIGKILL);
	for (;;)
		pause();
}

static void tell(const char *name, const char *where, unsigned long k)
{
	const char *base = strrchr(where, '/');
	char text[200];
	int fd, n;

	if (!shim.tell)
		return;
	n = snprintf(text, sizeof(text), "%s %lu %s %.60s\n", act_names[shim.act],
		     k, name, base ? base + 1 : where);
	fd = syscall(SYS_openat, AT_FDCWD, shim.tell,
		     O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	syscall(SYS_write, fd, text, n);
	close(fd);
}

/*
 * Called before a call that matters.  Return: what is to be done about it:
 * nothing, ACT_AFTER, ACT_HALF, or ACT_EIO and ACT_ENOSPC with errno set.
 */
static enum act enter(enum call call, const char *name, const char *where)
{
	unsigned long k;

	shim.count[call]++;
	if (!(shim.calls & 1u << call) || !shim.at)
		return ACT_NONE;
	k = ++shim.seen;
	if (k != shim.at)
		return ACT_NONE;
	tell(name, where, k);
	switch (shim.act) {
	case ACT_BEFORE:
	case ACT_POWER:
		end();
		return ACT_NONE;
	case ACT_EIO:
		errno = EIO;
		return ACT_EIO;
	case ACT_ENOSPC:
		errno = ENOSPC;
		return ACT_ENOSPC;
	default:
		return shim.act;
	}
}

static void leave(enum act act)
{
	if (act == ACT_AFTER || act == ACT_HALF)
		end();
}

static bool fails(enum act act)
{
	return act == ACT_EIO || act == ACT_ENOSPC;
}

/* Keep what a write is going to replace, until the file's next fsync. */
static void remember(int fd, const struct stat *st, const char *path, off_t off,
		     size_t len)
{
	size_t old = st->st_size > off ? (size_t)(st->st_size - off) : 0;
	struct undo *u;

	if (shim.act != ACT_POWER)
		return;
	if (old > len)
		old = len;
	u = malloc(sizeof(*u) + old);
	if (!u || strlen(path) >= sizeof(u->path))
		abort();
	u->dev = st->st_dev;
	u->ino = st->st_ino;
	strcpy(u->path, path);
	u->size = st->st_size;
	u->off = off;
	u->len = old;
	if (old && pread(fd, u->bytes, old, off) != (ssize_t)old)
		abort();
	lock();
	u->next = undos;
	undos = u;
	unlock();
}

static void forget(const struct stat *st)
{
	struct undo **at = &undos, *u;

	lock();
	while ((u = *at)) {
		if (u->dev == st->st_dev && u->ino == st->st_ino) {
			*at = u->next;
			free(u);
		} else {
			at = &u->next;
		}
	}
	unlock();
}

static size_t iov_len(const struct iovec *iov, int n)
{
	size_t sum = 0;

	while (n-- > 0)
		sum += iov++->iov_len;
	return sum;
}

/* Wraps a write of @len bytes at @off (-1: the file's own) to @fd. */
#define WRITES(fd, name, off, len, whole, half)				\
	do {								\
		char path[PATH_MAX];					\
		enum act act = ACT_NONE;				\
		struct stat st = { };					\
		ssize_t ret;						\
									\
		if (file_matters(fd, &st, path)) {			\
			remember(fd, &st, path, (off) >= 0 ? (off) :	\
				 lseek(fd, 0, SEEK_CUR), len);		\
			act = enter(CALL_WRITE, name, path);		\
		} else if (S_ISSOCK(st.st_mode) && socket_matters(fd)) { \
			act = enter(CALL_SEND, name, "socket");		\
		}							\
		if (fails(act))						\
			return -1;					\
		ret = act == ACT_HALF ? (half) : (whole);		\
		leave(act);						\
		return ret;						\
	} while (0)

ssize_t write(int fd, const void *buf, size_t len)
{
	REAL(ssize_t, "write", int, const void *, size_t);
	WRITES(fd, "write", (off_t)-1, len, real(fd, buf, len), real(fd, buf, len / 2));
}

ssize_t pwrite(int fd, const void *buf, size_t len, off_t off)
{
	REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
	WRITES(fd, "pwrite", off, len, real(fd, buf, len, off),
	       real(fd, buf, len / 2, off));
}

ssize_t pwrite64(int fd, const void *buf, size_t len, off64_t off)
{
	REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
	WRITES(fd, "pwrite64", off, len, real(fd, buf, len, off),
	       real(fd, buf, len / 2, off));
}

ssize_t writev(int fd, const struct iovec *iov, int n)
{
	REAL(ssize_t, "writev", int, const struct iovec *, int);
	WRITES(fd, "writev", (off_t)-1, iov_len(iov, n), real(fd, iov, n),
	       real(fd, iov, n / 2));
}

static int sync_fd(int fd, const char *name, int (*real)(int))
{
	char path[PATH_MAX];
	enum act act;
	struct stat st = { };
	int ret;

	/* Directories too: they make the files' names durable. */
	if (!file_matters(fd, &st, path)) {
		if (!S_ISDIR(st.st_mode))
			return real(fd);
		strcpy(path, "directory");
	}
	act = enter(CALL_FSYNC, name, path);
	if (fails(act))
		return -1;
	ret = real(fd);
	if (!ret)
		forget(&st);
	leave(act);
	return ret;
}

int fsync(int fd)
{
	REAL(int, "fsync", int);
	return sync_fd(fd, "fsync", real);
}

int fdatasync(int fd)
{
	REAL(int, "fdatasync", int);
	return sync_fd(fd, "fdatasync", real);
}

static int cut(int fd, off64_t size, const char *name, int (*real)(int, off64_t))
{
	char path[PATH_MAX];
	enum act act;
	struct stat st;
	int ret;

	if (!file_matters(fd, &st, path))
		return real(fd, size);
	remember(fd, &st, path, size, st.st_size > size ? st.st_size - size : 0);
	act = enter(CALL_WRITE, name, path);
	if (fails(act))
		return -1;
	ret = real(fd, size);
	leave(act);
	return ret;
}

int ftruncate(int fd, off_t size)
{
	REAL(int, "ftruncate", int, off_t);
	return cut(fd, size, "ftruncate", real);
}

int ftruncate64(int fd, off64_t size)
{
	REAL(int, "ftruncate64", int, off64_t);
	return cut(fd, size, "ftruncate64", real);
}

static bool path_matters(const char *path)
{
	return shim.dir_len && !strncmp(path, shim.dir, shim.dir_len);
}

int unlink(const char *path)
{
	enum act act = ACT_NONE;
	struct stat st;
	int ret;

	REAL(int, "unlink", const char *);
	if (path_matters(path))
		act = enter(CALL_WRITE, "unlink", path);
	if (fails(act))
		return -1;
	if (shim.act == ACT_POWER && !stat(path, &st))
		forget(&st);
	ret = real(path);
	leave(act);
	return ret;
}

int rename(const char *from, const char *to)
{
	enum act act = ACT_NONE;
	int ret;

	REAL(int, "rename", const char *, const char *);
	if (path_matters(to))
		act = enter(CALL_WRITE, "rename", to);
	if (fails(act))
		return -1;
	ret = real(from, to);
	leave(act);
	return ret;
}

#define SENDS(fd, name, call)						\
	do {								\
		enum act act = ACT_NONE;				\
									\
		if (socket_matters(fd))					\
			act = enter(CALL_SEND, name, "socket");		\
		if (fails(act))						\
			return -1;					\
		ret = (call);						\
		leave(act);						\
		return ret;						\
	} while (0)

ssize_t send(int fd, const void *buf, size_t len, int flags)
{
	ssize_t ret;

	REAL(ssize_t, "send", int, const void *, size_t, int);
	SENDS(fd, "send", real(fd, buf, len, flags));
}

ssize_t sendto(int fd, const void *buf, size_t len, int flags,
	       const struct sockaddr *to, socklen_t to_len)
{
	ssize_t ret;

	REAL(ssize_t, "sendto", int, const void *, size_t, int,
	     const struct sockaddr *, socklen_t);
	SENDS(fd, "sendto", real(fd, buf, len, flags, to, to_len));
}

ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
	ssize_t ret;

	REAL(ssize_t, "sendmsg", int, const struct msghdr *, int);
	SENDS(fd, "sendmsg", real(fd, msg, flags));
}

int sendmmsg(int fd, struct mmsghdr *msgs, unsigned int n, int flags)
{
	int ret;

	REAL(int, "sendmmsg", int, struct mmsghdr *, unsigned int, int);
	SENDS(fd, "sendmmsg", real(fd, msgs, n, flags));
}
