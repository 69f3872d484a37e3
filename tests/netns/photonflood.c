// SPDX-License-Identifier: GPL-2.0
/*
 * photonflood.c - a hostile peer that has a channel.
 *
 *	photonflood address				of its wallet
 *	photonflood BOX TARGET PORT SECONDS SOURCE COUNT	pays once, then floods
 *
 * BOX is the address of the box's key, TARGET and PORT where it listens.  The
 * datagrams are made and signed beforehand, of each kind as many, and sent as fast
 * as the machine takes them from COUNT addresses, SOURCE and those that follow.
 * Prints how many were sent, and in how many milliseconds.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "photon/ack.h"
#include "photon/channel.h"

#define BURST		64
#define OF_EACH_KIND	64
#define SOURCES_MAX	4096
#define CHAIN		20180430
#define WEI		1000
#define PATH_COUNT_AT	148	/* in a MediatedTransfer */

enum kind {
	REPLAY,		/* of the payment that was accepted last */
	USED_NONCE,	/* over other bytes */
	GAP,
	OVER_BALANCE,
	WRONG_CHAIN,
	FOREIGN_ROOT,
	LONG_PATH,
	UNSIGNED,	/* the next payment, but for the signature */
	UNKNOWN_CHANNEL,
	RANDOM,
	KINDS,
};

static struct ts_signer *key;
static struct ts_channel channel;
static struct ts_datagram paid;
static struct ts_datagram made[OF_EACH_KIND][KINDS];

static void die(const char *what)
{
	fprintf(stderr, "photonflood: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void must(bool good, const char *what)
{
	if (!good)
		die(what);
}

static void random_bytes(void *bytes, size_t len)
{
	must(getrandom(bytes, len, 0) == (ssize_t)len, "random bytes");
}

/* As tsd.sh describes a channel. */
static void describe(const char *box)
{
	struct ts_channel *c = &channel;

	c->open_block_number = 77;
	c->chain_id = ts_u256_from_u64(CHAIN);
	must(!ts_address_parse(&c->tokens_network,
			       "0x0000000000000000000000000000000000007e70") &&
	     !ts_address_parse(&c->token,
			       "0x00000000000000000000000000000000000070c5") &&
	     !ts_address_parse(&c->partner_address, box), box);
	c->our_address = *ts_signer_address(key);
	c->settle_timeout_blocks = 100000;
	c->state = TS_CHANNEL_OPEN;
	c->our_deposit_wei = (ts_u128)1000 * 1000000000000000000ull;
	ts_channel_identifier(&c->our_address, &c->partner_address, &c->token,
			      &c->tokens_network, &c->channel_identifier);
}

static int socket_from(uint32_t source, const struct sockaddr_in *to)
{
	struct sockaddr_in from = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(source) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), one = 1;

	if (fd < 0 || setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &one, sizeof(one)) ||
	    bind(fd, (struct sockaddr *)&from, sizeof(from)) ||
	    connect(fd, (const struct sockaddr *)to, sizeof(*to)))
		die("a source");
	return fd;
}

/* One that is right, so that there is something to replay. */
static void pay(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	uint8_t ack[TS_ACK_BYTES], got[TS_ACK_BYTES];
	struct ts_channel next;
	int tries;

	must(!ts_channel_send(&channel, key, WEI, NULL, &next, &paid), "a payment");
	channel = next;
	ts_ack_make(paid.b, paid.len, &channel.partner_address, ack);
	for (tries = 0; tries < 10; tries++) {
		must(send(fd, paid.b, paid.len, 0) == (ssize_t)paid.len, "sending");
		if (poll(&pfd, 1, 1000) > 0 &&
		    recv(fd, got, sizeof(got), 0) == sizeof(got) &&
		    !memcmp(got, ack, sizeof(got)))
			return;
	}
	errno = ETIMEDOUT;
	die("the payment before the flood");
}

/* A transfer that would be the next one. */
static void begin(struct ts_message *msg, struct ts_balance_proof *proof)
{
	proof->nonce = channel.our_proof.nonce + 1;
	proof->channel_identifier = channel.channel_identifier;
	proof->open_block_number = channel.open_block_number;
	proof->transferred_amount =
		ts_u256_from_u128(channel.our_proof.transferred_wei + WEI);
}

static void make_long_path(struct ts_datagram *d, unsigned int i)
{
	struct ts_message msg = { .id = TS_MSG_MEDIATED_TRANSFER, .version = 1 };
	struct ts_mediated_transfer *m = &msg.mediated_transfer;

	begin(&msg, &m->proof);
	m->proof.transferred_amount =
		ts_u256_from_u128(channel.our_proof.transferred_wei);
	m->expiration = 1000 + i;
	m->payment_amount = ts_u256_from_u64(WEI);
	m->target = channel.partner_address;
	m->initiator = channel.our_address;
	random_bytes(&m->lock_secret_hash, sizeof(m->lock_secret_hash));
	random_bytes(&m->proof.locksroot, sizeof(m->proof.locksroot));
	must(!ts_message_sign(&msg, key, &channel.chain_id, d), "a long path");
	/* An original node would look for so many. */
	random_bytes(d->b + PATH_COUNT_AT, 4);
	d->b[PATH_COUNT_AT] &= 0x7f;
	d->b[PATH_COUNT_AT + 2] |= 1;
}

static void make_transfer(struct ts_datagram *d, enum kind kind, unsigned int i)
{
	struct ts_message msg = { .id = TS_MSG_DIRECT_TRANSFER };
	struct ts_balance_proof *proof = &msg.direct_transfer.proof;
	struct ts_u256 chain = channel.chain_id;

	begin(&msg, proof);
	if (kind == USED_NONCE)
		proof->nonce--;
	else if (kind == GAP)
		proof->nonce += 1 + i;
	else if (kind == OVER_BALANCE)
		proof->transferred_amount =
			ts_u256_from_u128(channel.our_deposit_wei + 1 + i);
	else if (kind == WRONG_CHAIN)
		chain = ts_u256_from_u64(CHAIN + 1 + i);
	else if (kind == FOREIGN_ROOT)
		random_bytes(&proof->locksroot, sizeof(proof->locksroot));
	else if (kind == UNKNOWN_CHANNEL)
		random_bytes(&proof->channel_identifier,
			     sizeof(proof->channel_identifier));
	must(!ts_message_sign(&msg, key, &chain, d), "a transfer");
	if (kind == UNSIGNED)
		random_bytes(d->b + d->len - TS_SIGNATURE_BYTES,
			     TS_SIGNATURE_BYTES - 1);
}

static void make_all(void)
{
	unsigned int i;
	int kind;

	for (i = 0; i < OF_EACH_KIND; i++) {
		made[i][REPLAY] = paid;
		for (kind = USED_NONCE; kind < RANDOM; kind++)
			if (kind != LONG_PATH)
				make_transfer(&made[i][kind], kind, i);
		make_long_path(&made[i][LONG_PATH], i);
		made[i][RANDOM].len = 1 + i * 18;
		random_bytes(made[i][RANDOM].b, made[i][RANDOM].len);
	}
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void flood(const int *fds, unsigned int n_fds, unsigned int seconds)
{
	uint64_t start = now_ms(), end = start + seconds * 1000ull, sent = 0;
	struct mmsghdr msgs[BURST] = { 0 };
	struct iovec iovs[BURST];
	struct ts_datagram *d;
	unsigned int next = 0, i;
	int n;

	while (now_ms() < end) {
		for (i = 0; i < BURST; i++, next++) {
			d = &made[next / KINDS % OF_EACH_KIND][next % KINDS];
			iovs[i] = (struct iovec){ d->b, d->len };
			msgs[i].msg_hdr.msg_iov = &iovs[i];
			msgs[i].msg_hdr.msg_iovlen = 1;
		}
		/* Not all: "nobody listens", of before, or no room. */
		n = sendmmsg(fds[next / BURST % n_fds], msgs, BURST, 0);
		if (n > 0)
			sent += (uint64_t)n;
	}
	printf("%llu %llu\n", (unsigned long long)sent,
	       (unsigned long long)(now_ms() - start));
}

int main(int argc, char **argv)
{
	static const uint8_t secret[TS_SECRET_BYTES] = { 6, 6, 6 };
	struct sockaddr_in to = { .sin_family = AF_INET };
	char text[TS_ADDRESS_TEXT_SIZE];
	static int fds[SOURCES_MAX];
	struct in_addr source;
	unsigned int i, n;

	key = ts_signer_new(secret);
	must(key != NULL, "a key");
	if (argc == 2 && !strcmp(argv[1], "address")) {
		puts(ts_address_print(ts_signer_address(key), text));
		return 0;
	}
	if (argc != 7 || inet_pton(AF_INET, argv[2], &to.sin_addr) != 1 ||
	    inet_pton(AF_INET, argv[5], &source) != 1) {
		fprintf(stderr, "usage: photonflood address | BOX TARGET PORT SECONDS SOURCE COUNT\n");
		return 2;
	}
	to.sin_port = htons((uint16_t)atoi(argv[3]));
	n = (unsigned int)atoi(argv[6]);
	if (n > SOURCES_MAX)
		n = SOURCES_MAX;
	describe(argv[1]);
	for (i = 0; i < n; i++)
		fds[i] = socket_from(ntohl(source.s_addr) + i, &to);
	pay(fds[0]);
	make_all();
	puts("paid");
	fflush(stdout);
	flood(fds, n, (unsigned int)atoi(argv[4]));
	return 0;
}
