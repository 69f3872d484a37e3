// SPDX-License-Identifier: GPL-2.0
/*
 * power_payer.c - the witness of the power cuts, outside of the machine, and the
 * reader of the books in it.
 *
 *	power_payer address			of the wallet
 *	power_payer pay BOX WEI			pays the box with this address
 *	power_payer books LEDGER		what the ledger says
 *
 * "pay" has one payment on the way to 127.0.0.1:40001 and sends it again until it
 * has the Ack; then it signs the next.  It counts the bytes that arrive at UDP port
 * 9000.  On its standard input a memo lets it pay, "stop" keeps it silent until the
 * next memo, and "tell" lets it print the
 * nonce and the sum of the last payment whose Ack it has, whether another one is on
 * the way, and the bytes.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "ledger/ledger.h"
#include "photon/ack.h"

#define BOX_PORT	40001
#define SINK_PORT	9000
#define RESEND_MS	300
/* Ethernet, IPv4 and UDP, which are billed as well. */
#define FRAME_BYTES	42

struct payer {
	struct ts_signer *key;
	struct ts_channel channel;
	struct ts_datagram last;
	ts_u128 step_wei;
	char memo[64];
	bool acked;
	uint64_t acked_nonce;
	ts_u128 acked_wei;
	uint64_t arrived_bytes;
	int box, sink;
};

static void die(const char *what)
{
	fprintf(stderr, "power_payer: %s: %s\n", what, strerror(errno));
	exit(1);
}

static struct ts_signer *wallet(void)
{
	static const char name[] = "the witness of the power cuts";
	struct ts_hash secret;

	ts_keccak256(&secret, name, strlen(name));
	return ts_signer_new(secret.b);
}

static void must_parse(struct ts_address *address, const char *text)
{
	if (ts_address_parse(address, text)) {
		errno = EINVAL;
		die(text);
	}
}

/* As guest.sh writes it into tsd.conf. */
static void describe(struct payer *p, const char *box)
{
	struct ts_channel *c = &p->channel;

	c->open_block_number = 7;
	c->chain_id = ts_u256_from_u64(20180430);
	must_parse(&c->tokens_network, "0x0000000000000000000000000000000000007e70");
	must_parse(&c->token, "0x00000000000000000000000000000000000070c5");
	c->our_address = *ts_signer_address(p->key);
	must_parse(&c->partner_address, box);
	c->settle_timeout_blocks = 100000;
	c->state = TS_CHANNEL_OPEN;
	c->our_deposit_wei = (ts_u128)1000000 * 1000000000000000000ull;
	ts_channel_identifier(&c->our_address, &c->partner_address, &c->token,
			      &c->tokens_network, &c->channel_identifier);
}

static int open_socket(uint16_t port, bool to_box)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || (to_box ? connect(fd, (struct sockaddr *)&at, sizeof(at)) :
				bind(fd, (struct sockaddr *)&at, sizeof(at))))
		die("socket");
	return fd;
}

static void sign_next(struct payer *p)
{
	struct ts_bytes memo = { (const uint8_t *)p->memo, strlen(p->memo) };
	struct ts_channel next;
	enum ts_refusal refusal;

	refusal = ts_channel_send(&p->channel, p->key, p->step_wei, &memo, &next,
				  &p->last);
	if (refusal) {
		fprintf(stderr, "power_payer: %s\n", ts_refusal_text(refusal));
		exit(1);
	}
	p->channel = next;
	p->acked = false;
}

static void take_acks(struct payer *p)
{
	uint8_t bytes[TS_DATAGRAM_MAX_BYTES];
	struct ts_message msg;
	ssize_t n;

	/* An error is "nobody listens": of a machine without power. */
	while ((n = recv(p->box, bytes, sizeof(bytes), 0)) > 0) {
		if (p->acked || ts_message_decode(&msg, bytes, (size_t)n) ||
		    msg.id != TS_MSG_ACK ||
		    !ts_ack_matches(&msg.ack, p->last.b, p->last.len,
				    &p->channel.partner_address))
			continue;
		p->acked = true;
		p->acked_nonce = p->channel.our_proof.nonce;
		p->acked_wei = p->channel.our_proof.transferred_wei;
	}
}

static void take_traffic(struct payer *p)
{
	uint8_t bytes[2048];
	ssize_t n;

	while ((n = recv(p->sink, bytes, sizeof(bytes), 0)) > 0)
		p->arrived_bytes += (uint64_t)n + FRAME_BYTES;
}

static void command(struct payer *p)
{
	char line[64], wei[TS_U128_TEXT_SIZE];

	if (!fgets(line, sizeof(line), stdin))
		exit(0);
	line[strcspn(line, "\n")] = '\0';
	if (!strcmp(line, "tell")) {
		take_acks(p);
		take_traffic(p);
		printf("%llu %s %d %llu\n", (unsigned long long)p->acked_nonce,
		       ts_u128_print(p->acked_wei, wei), !p->acked,
		       (unsigned long long)p->arrived_bytes);
		fflush(stdout);
	} else {
		strcpy(p->memo, strcmp(line, "stop") ? line : "");
	}
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static _Noreturn void pay(const char *box, const char *wei)
{
	struct payer p = { .key = wallet(), .acked = true };
	struct pollfd fds[3] = { { .events = POLLIN }, { .events = POLLIN },
				 { .fd = STDIN_FILENO, .events = POLLIN } };
	uint64_t sent_ms = 0;

	if (ts_u128_parse(&p.step_wei, wei))
		die(wei);
	describe(&p, box);
	setvbuf(stdin, NULL, _IONBF, 0);
	fds[0].fd = p.box = open_socket(BOX_PORT, true);
	fds[1].fd = p.sink = open_socket(SINK_PORT, false);
	for (;;) {
		if (p.acked && p.memo[0]) {
			sign_next(&p);
			sent_ms = 0;
		}
		if (!p.acked && p.memo[0] && now_ms() - sent_ms >= RESEND_MS) {
			send(p.box, p.last.b, p.last.len, MSG_NOSIGNAL);
			sent_ms = now_ms();
		}
		poll(fds, 3, RESEND_MS);
		take_acks(&p);
		take_traffic(&p);
		if (fds[2].revents)
			command(&p);
	}
}

static void on_fault(const char *text, void *arg)
{
	printf("# %s\n", text);
}

static int newest(const struct ts_ledger_channel *c, void *arg)
{
	*(struct ts_channel_proof *)arg = c->channel.partner_proof;
	return 0;
}

/* "@books NONCE TRANSFERRED PAID CONSUMED FAULTS", amounts in wei. */
/* There is one token. */
static int keep_total(const struct ts_ledger_sum *s, void *arg)
{
	if (ts_address_is_zero(&s->wallet))
		*(struct ts_ledger_sum *)arg = *s;
	return 0;
}

static int books(const char *path)
{
	struct ts_ledger_options options = { .path = path,
					     .flags = TS_LEDGER_READ_ONLY };
	char a[TS_U128_TEXT_SIZE], b[TS_U128_TEXT_SIZE], c[TS_U128_TEXT_SIZE];
	struct ts_channel_proof proof = { 0 };
	struct ts_ledger_sum sum = { };
	struct ts_ledger *l;
	char err[512];
	int faults;

	if (ts_ledger_open(&options, &l, err, sizeof(err))) {
		fprintf(stderr, "power_payer: %s\n", err);
		return 1;
	}
	faults = ts_ledger_check(l, TS_LEDGER_CHECK_SIGNATURES, on_fault, NULL);
	if (faults < 0 || ts_ledger_channel_load(l, newest, &proof) ||
	    ts_ledger_sum(l, keep_total, &sum)) {
		fprintf(stderr, "power_payer: %s\n", ts_ledger_error(l));
		return 1;
	}
	printf("@books %llu %s %s %s %d\n", (unsigned long long)proof.nonce,
	       ts_u128_print(proof.transferred_wei, a),
	       ts_u128_print(sum.paid_wei, b), ts_u128_print(sum.consumed_wei, c),
	       faults);
	ts_ledger_close(l);
	return 0;
}

int main(int argc, char **argv)
{
	char text[TS_ADDRESS_TEXT_SIZE];

	if (argc == 2 && !strcmp(argv[1], "address")) {
		puts(ts_address_print(ts_signer_address(wallet()), text));
		return 0;
	}
	if (argc == 4 && !strcmp(argv[1], "pay"))
		pay(argv[2], argv[3]);
	if (argc == 3 && !strcmp(argv[1], "books"))
		return books(argv[2]);
	fprintf(stderr, "usage: power_payer address | pay BOX WEI | books LEDGER\n");
	return 2;
}
