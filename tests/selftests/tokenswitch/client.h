/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A bare client of the "tokenswitch" family for the selftests.  It knows how
 * to send what no sane client sends: libtokenswitch must not be asked to.
 */
#ifndef _TS_SELFTEST_CLIENT_H
#define _TS_SELFTEST_CLIENT_H

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <stdbool.h>
#include <stdint.h>

#include <linux/tokenswitch.h>

#define CLIENT_BUF_BYTES 65536

/**
 * struct client - a netlink socket and the request that is being made on it
 * @nl: the socket, in the network namespace that client_open() was called in
 * @family: number of the family
 * @group: number of its group "events"
 * @seq: sequence number of the last request
 * @nlh: the request, inside @out
 * @extack: text of the last extended ack, "" if there was none
 * @bad_attr: offset of the attribute that the extended ack blames; 0: none
 * @interrupted: the last dump carried NLM_F_DUMP_INTR
 * @tb: top-level attributes of the last answer, inside @in
 * @replied: there was an answer beside the ack
 * @out: bytes of the request
 * @in: bytes of the last answer
 */
struct client {
	struct mnl_socket *nl;
	uint16_t family;
	uint32_t group;
	uint32_t seq;
	struct nlmsghdr *nlh;
	char extack[256];
	uint32_t bad_attr;
	bool interrupted;
	const struct nlattr *tb[TS_A_MAX + 1];
	bool replied;
	uint8_t out[CLIENT_BUF_BYTES];
	uint8_t in[CLIENT_BUF_BYTES];
};

struct key {
	uint8_t mac[6];
	uint16_t vlan;
	uint32_t zone;
};

/* An account, as the module tells of it. */
struct account {
	uint32_t id;
	uint32_t epoch;
	uint64_t granted;
	uint64_t charged;
	uint64_t revoked;
	uint64_t units;
	uint32_t flags;
	uint32_t keys;
	struct key key;
};

/* Each returns 0 or a negative errno, unless said otherwise. */
int client_open(struct client *c);
void client_close(struct client *c);
int client_join_events(struct client *c);

void client_begin(struct client *c, uint8_t cmd);
void client_u8(struct client *c, uint16_t attr, uint8_t value);
void client_u32(struct client *c, uint16_t attr, uint32_t value);
void client_u64(struct client *c, uint16_t attr, uint64_t value);
void client_str(struct client *c, uint16_t attr, const char *value);
void client_raw(struct client *c, uint16_t attr, const void *data, size_t len);
void client_key(struct client *c, const struct key *key);
void client_keys(struct client *c, const struct key *keys, int count);
int client_call(struct client *c);
int client_dump_start(struct client *c);

/* Returns 1 while there is more, 0 at the end. */
int client_dump_more(struct client *c, int (*row)(struct client *c, void *data),
		     void *data);
int client_dump(struct client *c, int (*row)(struct client *c, void *data),
		void *data);

/* Waits for an event of @type, others are passed over: -ETIMEDOUT. */
int client_wait_event(struct client *c, uint8_t type, int timeout_ms);

void client_account(const struct client *c, struct account *a);
uint32_t client_get_u32(const struct client *c, uint16_t attr);
uint64_t client_get_u64(const struct client *c, uint16_t attr);
uint8_t client_get_u8(const struct client *c, uint16_t attr);

/* The commands that every test needs. */
int account_make(struct client *c, const struct key *key, struct account *a);
int account_get(struct client *c, uint32_t id, struct account *a);
int account_call(struct client *c, uint8_t cmd, const struct account *a,
		 uint16_t attr, uint64_t value, struct account *answer);

/* One station of zone 7, from a number. */
struct key key_of(uint32_t n);

#endif
