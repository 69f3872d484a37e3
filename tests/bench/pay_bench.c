// SPDX-License-Identifier: GPL-2.0
/*
 * pay_bench.c - payments per second: verified, committed durably, acknowledged.
 *
 *	pay_bench DIRECTORY
 *
 * DIRECTORY is for the ledger; a tmpfs is refused, for there nothing is
 * durable.  Payers and box are two processes, each on one CPU, over UDP in a
 * network namespace of their own.  A payer has one payment on the way and sends
 * its next when it has the Ack, as Photon nodes do.  The payments name no
 * session.  What limits them is measured beside them, on the same CPU and
 * medium, just before each run.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/magic.h>
#include <sodium.h>

#include "pay_bench.h"
#include "photon/ack.h"

#define PATIENCE_S	30
#define BURST		64
#define QUEUE_BYTES	(4 << 20)

/**
 * struct run - one run
 * @name: what it shows
 * @n_channels: that the box has, and that pay in turn
 * @window: payments on the way; with one channel more than 1 is a payer that
 *	does not wait for its Acks
 * @n: payments in all
 */
struct run {
	const char *name;
	unsigned int n_channels;
	unsigned int window;
	unsigned int n;
};

/* What is sent, and what must come back. */
struct payment {
	uint16_t len;
	uint8_t bytes[300];
	uint8_t ack[TS_ACK_BYTES];
};

struct ts_signer *pay_signer(unsigned int i)
{
	uint8_t secret[TS_SECRET_BYTES] = { [28] = (uint8_t)(i >> 24),
		(uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i };
	struct ts_signer *signer;

	secret[0] = 1;	/* 0 is no key */
	signer = ts_signer_new(secret);
	bench_must(signer ? 0 : -errno, "key");
	return signer;
}

void pay_box_address(struct sockaddr_in *at)
{
	at->sin_family = AF_INET;
	at->sin_port = htons(BOX_PORT);
	at->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
}

/* All payments of a run, signed before it: the payer's work is not measured. */
static struct payment *sign_all(const struct run *r)
{
	struct payment *payments = calloc(r->n, sizeof(*payments)), *p;
	struct ts_signer *box = pay_signer(0), *wallet;
	struct ts_billing_config config = { 0 };
	struct ts_channel ch, next;
	struct ts_datagram d;
	unsigned int i, j;

	bench_must(payments ? 0 : -ENOMEM, "payments");
	bench_config(&config, box);
	for (i = 0; i < r->n_channels; i++) {
		wallet = pay_signer(i + 1);
		ch = bench_channel(&config, ts_signer_address(wallet), false);
		for (j = i; j < r->n; j += r->n_channels) {
			p = &payments[j];
			if (ts_channel_send(&ch, wallet, 1000, NULL, &next, &d) ||
			    d.len > sizeof(p->bytes))
				bench_must(-EINVAL, "payment");
			ch = next;
			p->len = (uint16_t)d.len;
			memcpy(p->bytes, d.b, d.len);
			ts_ack_make(d.b, d.len, ts_signer_address(box), p->ack);
		}
		ts_signer_free(wallet);
	}
	ts_signer_free(box);
	return payments;
}

static void send_some(int fd, struct payment *p, unsigned int n)
{
	struct mmsghdr msgs[BURST] = { 0 };
	struct iovec iovs[BURST];
	unsigned int i;

	for (i = 0; i < n; i++) {
		iovs[i] = (struct iovec){ p[i].bytes, p[i].len };
		msgs[i].msg_hdr.msg_iov = &iovs[i];
		msgs[i].msg_hdr.msg_iovlen = 1;
	}
	if (sendmmsg(fd, msgs, n, 0) != (int)n)
		bench_must(-errno, "sending");
}

/* Return: how many Acks came, each the next one that is due. */
static unsigned int take_acks(int fd, const struct payment *p, unsigned int most)
{
	struct mmsghdr msgs[BURST] = { 0 };
	uint8_t acks[BURST][TS_ACK_BYTES];
	struct iovec iovs[BURST];
	int i, n;

	for (i = 0; i < BURST; i++) {
		iovs[i] = (struct iovec){ acks[i], TS_ACK_BYTES };
		msgs[i].msg_hdr.msg_iov = &iovs[i];
		msgs[i].msg_hdr.msg_iovlen = 1;
	}
	n = recvmmsg(fd, msgs, most < BURST ? most : BURST, MSG_WAITFORONE, NULL);
	if (n < 0)
		bench_must(-errno, "the box does not answer");
	for (i = 0; i < n; i++)
		if (msgs[i].msg_len != TS_ACK_BYTES ||
		    memcmp(acks[i], p[i].ack, TS_ACK_BYTES))
			bench_must(-EBADMSG, "an Ack");
	return (unsigned int)n;
}

/* Return: seconds from the first payment to the last Ack. */
static double pay_all(const struct run *r, struct payment *payments)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct timeval patience = { .tv_sec = PATIENCE_S };
	struct sockaddr_in at = { 0 };
	unsigned int sent = 0, acked = 0, n;
	double start;

	pay_box_address(&at);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &(int){ QUEUE_BYTES }, sizeof(int)))
		bench_must(-errno, "a queue for all Acks");
	if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof(at)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)))
		bench_must(-errno, "socket");
	start = bench_seconds();
	while (acked < r->n) {
		n = r->window - (sent - acked);
		if (n > BURST)
			n = BURST;
		if (n > r->n - sent)
			n = r->n - sent;
		if (n)
			send_some(fd, payments + sent, n);
		sent += n;
		if (n < BURST)
			acked += take_acks(fd, payments + acked, sent - acked);
	}
	start = bench_seconds() - start;
	close(fd);
	return start;
}

/* The box is a program of its own: its memory is not the payer's. */
static pid_t start_box(const char *dir, const struct run *r, int fd)
{
	char channels[16], number[16];
	cpu_set_t cpus;
	pid_t pid = fork();

	bench_must(pid < 0 ? -errno : 0, "fork");
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	CPU_ZERO(&cpus);
	CPU_SET(sysconf(_SC_NPROCESSORS_ONLN) - 1, &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
	snprintf(channels, sizeof(channels), "%u", r->n_channels);
	snprintf(number, sizeof(number), "%d", fd);
	execl("/proc/self/exe", "pay_bench", dir, channels, number, NULL);
	_exit(127);
}

static void remove_ledger(const char *dir)
{
	static const char * const names[] = { "ledger.db", "ledger.db-wal",
					      "ledger.db-shm", "ledger.lock" };
	char path[300];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
}

static void need(bool holds)
{
	if (!holds)
		bench_must(-EPIPE, "the box ended early");
}

static double measure(const char *dir, const struct run *r,
		      struct pay_figures *f)
{
	struct payment *payments = sign_all(r);
	int fds[2], status;
	double seconds;
	char ready;
	pid_t box;

	bench_must(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) ? -errno : 0, "socket");
	fcntl(fds[0], F_SETFD, FD_CLOEXEC);
	remove_ledger(dir);
	box = start_box(dir, r, fds[1]);
	close(fds[1]);
	need(read(fds[0], &ready, 1) == 1 && write(fds[0], &(char){ PAY_BEGIN }, 1) == 1);
	seconds = pay_all(r, payments);
	shutdown(fds[0], SHUT_WR);
	need(recv(fds[0], f, sizeof(*f), MSG_WAITALL) == sizeof(*f));
	close(fds[0]);
	need(waitpid(box, &status, 0) == box && WIFEXITED(status) &&
	     !WEXITSTATUS(status) && f->payments == r->n);
	remove_ledger(dir);
	free(payments);
	return seconds;
}

static void show(const struct run *r, const struct pay_figures *f, double seconds)
{
	double per_s = r->n / seconds;
	uint64_t seen = 0;
	uint32_t i, p50 = 0, max = 0;

	for (i = 0; i <= BATCH_MAX; i++) {
		if (!f->batches[i])
			continue;
		if (seen * 2 < f->commits)
			p50 = i;
		seen += f->batches[i];
		max = i;
	}
	printf("%s, %u payments on the way\n", r->name, r->window);
	printf("  %-36s %10.0f /s\n", "verified, committed, acknowledged", per_s);
	printf("  %-36s %10.0f /s   ratio %.2f\n", "recovers of libsecp256k1 alone",
	       f->recovers_per_s, per_s / f->recovers_per_s);
	printf("  %-36s %10.0f /s   commits %.0f /s\n", "fdatasyncs of the medium alone",
	       f->fsyncs_per_s, (double)f->commits / seconds);
	printf("  %-36s %10.1f      p50 %u, max %u\n", "payments in a commit, mean",
	       (double)f->payments / (double)f->commits, p50, max);
	printf("  %-36s %10.1f us   busy %.0f %%, recovering %.0f %% of that\n",
	       "CPU of the box for a payment", f->cpu_s * 1e6 / r->n,
	       f->cpu_s * 100 / seconds,
	       r->n / f->recovers_per_s * 100 / f->cpu_s);
	printf("  %-36s %10.0f %%    the rest is the medium's\n",
	       "time for which others had that CPU", f->queued_s * 100 / seconds);
	printf("  %-36s %10.0f\n", "bytes to the device for a payment",
	       (double)f->write_bytes / r->n);
	fflush(stdout);
}

static void refuse_memory(const char *dir)
{
	struct statfs fs;

	bench_must(statfs(dir, &fs) ? -errno : 0, dir);
	if (fs.f_type != TMPFS_MAGIC && fs.f_type != RAMFS_MAGIC)
		return;
	fprintf(stderr, "bench: %s is in memory, where nothing is durable; give a folder on a disk\n",
		dir);
	exit(1);
}

/* A loopback of our own: no port of the machine is taken, nothing leaves it. */
static void enter_namespace(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	if (unshare(CLONE_NEWNET) && unshare(CLONE_NEWUSER | CLONE_NEWNET))
		bench_must(-errno, "a network namespace");
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo))
		bench_must(-errno, "lo");
	close(fd);
}

/* Of 1,000 channels each has a payment on the way; both sockets hold as many. */
int main(int argc, char **argv)
{
	static const struct run runs[] = {
		{ "1,000 channels", 1000, 1000, 20000 },
		{ "1 channel", 1, 1, 2000 },
		{ "1 channel that does not wait", 1, 256, 20000 },
	};
	static struct pay_figures f[3];
	unsigned int i;

	if (sodium_init() < 0 || (argc != 2 && argc != 4)) {
		fprintf(stderr, "usage: pay_bench DIRECTORY\n");
		return 2;
	}
	if (argc == 4)
		pay_box_run(argv[1], (unsigned int)atoi(argv[2]), atoi(argv[3]));
	refuse_memory(argv[1]);
	enter_namespace();
	for (i = 0; i < 3; i++)
		show(&runs[i], &f[i], measure(argv[1], &runs[i], &f[i]));
	printf("memory\n  %-36s %10.2f MB\n", "private, with 1,000 channels",
	       (double)f[0].private_bytes / 1e6);
	printf("  %-36s %10.0f bytes\n", "growth for a channel",
	       ((double)f[0].dirty_bytes - (double)f[2].dirty_bytes) / 999);
	return 0;
}
