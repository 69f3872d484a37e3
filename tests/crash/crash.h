/* SPDX-License-Identifier: GPL-2.0 */
/*
 * crash.h - a daemon that is killed, a payer that is not, and the books of both.
 *
 * The program runs in the router's network namespace, starts tsd there, and
 * holds sockets in the namespaces of two clients and of a server upstream:
 *
 *	witness (10.66.1.2) --- p0
 *	                           router 10.66.1.1, 10.66.3.1 --- 10.66.2.2 server
 *	shopper (10.66.3.2) --- p1
 *
 * The witness has paid and sends without a pause; the shopper makes the
 * sessions that the tests play through.
 */
#ifndef TS_TESTS_CRASH_H
#define TS_TESTS_CRASH_H

#include <jansson.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/meter.h"
#include "photon/channel.h"
#include "photon/memo.h"

#define HTTP_PORT	2050
#define PHOTON_PORT	40001
#define BOX_ADDRESS	"10.66.1.1"
#define WEI_PER_BYTE	1000000000ull	/* one token a GB */

/* --- tap.c: TAP without numbers; tests/crash/run adds them ----------------- */
bool ok(bool passed, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
uint64_t now_ms(void);
void nap_ms(unsigned int ms);

/* --- net.c: sockets in other namespaces, requests ------------------------- */
/** enum place - whose network namespace; their names are $TS_NS_... */
enum place { AT_ROUTER, AT_WITNESS, AT_SHOPPER, AT_SERVER, PLACE_COUNT };

void net_open(void);
int net_socket(enum place at, int type, const char *address, uint16_t port);
int net_connect(enum place at, int type, const char *address, uint16_t port);
int net_http(enum place at, const char *method, const char *path,
	     const void *body, size_t len, char *answer, size_t *answer_len);
json_t *net_json(enum place at, const char *path, int *status);

/* --- box.c: the daemon ---------------------------------------------------- */
/**
 * struct box - the daemon under test
 * @dir: tsd.conf, state/, run/, tsd.log
 * @tsd: the program
 * @shim: the library, see shim.c
 * @pid: 0: it does not run
 * @status: of the last one, as from waitpid()
 * @restarts: after a death
 * @ready_ms: sum, from exec to the first healthy answer
 * @ready_max_ms: the longest
 * @ready_count: how many
 */
struct box {
	const char *dir;
	const char *tsd;
	const char *shim;
	pid_t pid;
	int status;
	unsigned int restarts;
	uint64_t ready_ms;
	uint64_t ready_max_ms;
	unsigned int ready_count;
};

void box_start(struct box *b, const char *const env[]);
bool box_runs(struct box *b);
bool box_ready(struct box *b, unsigned int ms);
void box_tend(struct box *b);
int box_end(struct box *b, int sig);
json_t *box_ask(struct box *b, json_t *request);
json_t *box_health(int *status);
unsigned long box_memory_kb(const struct box *b);
bool box_log_has(const struct box *b, const char *text);

/* --- payer.c: pays, and writes down what was acknowledged ----------------- */
/** enum way - how a datagram travels */
enum way { BY_UDP, BY_HTTP };

/**
 * struct payer - a wallet, its side of its channel, its journal
 * @at: where it stands
 * @key: the wallet's
 * @channel: its side; our_proof is what it has signed
 * @last: the datagram of that proof
 * @acked: @last was acknowledged
 * @acked_wei: cumulative amount of the last acknowledged proof
 * @acked_count: payments acknowledged
 * @resends: datagrams sent again
 * @said: the box, about the last payment by HTTP
 * @fd: UDP
 * @journal_fd: what was signed and what was acknowledged, fsynced
 * @history: all datagrams of this run, for replays
 * @n_history: how many
 */
struct payer {
	enum place at;
	struct ts_signer *key;
	struct ts_channel channel;
	struct ts_datagram last;
	bool acked;
	ts_u128 acked_wei;
	uint64_t acked_count;
	uint64_t resends;
	char said[200];
	int fd;
	int journal_fd;
	struct ts_datagram *history;
	size_t n_history;
};

struct ts_signer *payer_key(const char *name);
void payer_open(struct payer *p, const char *dir, const char *name, enum place at);
void payer_sign(struct payer *p, ts_u128 wei, const char *memo);
bool payer_offer(struct payer *p, enum way way, unsigned int wait_ms);
bool payer_deliver(struct payer *p, struct box *b, enum way way);
bool payer_pay(struct payer *p, struct box *b, enum way way, ts_u128 wei,
	       const char *memo);
bool payer_raw(struct payer *p, const void *bytes, size_t len,
	       unsigned int wait_ms, uint8_t answer[TS_ACK_BYTES]);

/* --- traffic.c: frames through the router, counted on the far side --------- */
void traffic_open(void);
void traffic_witness(bool on);
void traffic_burst(unsigned int frames, unsigned int payload);
bool traffic_passes(unsigned int ms);
void traffic_quiet(void);
uint64_t traffic_lost(void);
uint64_t traffic_sent(void);
uint64_t traffic_bytes(enum place client, enum ts_dir dir);

/* --- audit.c: the account of everything ------------------------------------ */
/**
 * struct audit - what is looked at
 * @dir: as of the box
 * @payers: whose journals
 * @n_payers: how many
 * @price: units per byte of class internet, [direction]
 * @reboots: accounts of another boot may have units that nobody saw
 */
struct audit {
	const char *dir;
	const struct payer *payers;
	unsigned int n_payers;
	uint16_t price[TS_DIR_COUNT];
	bool reboots;
};

unsigned int audit_run(const struct audit *a, const char *when);
void audit_price(struct audit *a, json_t *session);

/* --- the tests ------------------------------------------------------------- */
/**
 * struct play - everything that a test needs
 * @box: the daemon
 * @payers: 0: the witness, 1: the shopper
 * @audit: over both
 */
struct play {
	struct box box;
	struct payer payers[2];
	struct audit audit;
};

#define WITNESS 0
#define SHOPPER 1

/**
 * struct life - what the shopper does while the daemon is killed
 * @play: from beginning to end, whether or not the daemon lives just now
 * @audit: more than play_audit() looks at; or NULL
 */
struct life {
	bool (*play)(struct play *p);
	bool (*audit)(const struct play *p, const char *when);
};

json_t *play_session(struct play *p, enum place at, const char *code);
bool play_memo(struct play *p, enum place at, char code[TS_CODE_SIZE],
	       char memo[TS_MEMO_SIZE]);
void play_begin(struct play *p);
bool play_shop(struct play *p);
bool play_audit(struct play *p, const char *when);
void play_end(struct play *p);
bool play_given(struct play *p);
bool audit_given(const struct play *p, const char *when);

int test_sweep(struct play *p, const struct life *life, unsigned int seconds);
int test_random(struct play *p, unsigned int kills, unsigned int seconds);
int test_hostile(struct play *p);
int test_disk(struct play *p);
int test_power(struct play *p, unsigned int seconds);
int test_tspay(struct play *p);

#endif /* TS_TESTS_CRASH_H */
