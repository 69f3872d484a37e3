/* SPDX-License-Identifier: GPL-2.0 */
/* The genl driver's own structure; only meter_genl*.c include it. */
#ifndef TS_LIB_METER_GENL_H
#define TS_LIB_METER_GENL_H

#include <libmnl/libmnl.h>
#include "lib/meter_driver.h"

/* Room for the largest request: gateways and who is behind them. */
#define TS_GENL_REQUEST_SIZE 32768
/* One read: what the kernel's largest dump buffer can hold. */
#define TS_GENL_BUFFER_SIZE 65536

/**
 * struct ts_genl - the meter inside tokenswitch.ko
 * @base: what callers see
 * @nl: requests and answers; holds the ownership, which ends with it
 * @events: joined to the group "events"; NULL until asked for
 * @owned: this process owns the meter, or did until the module went
 * @portid: of @nl
 * @seq: of the last request
 * @family: number of the family "tokenswitch"
 * @group: number of its group "events"
 * @request: the message under construction
 * @buffer: what was read
 */
struct ts_genl {
	struct ts_meter base;
	struct mnl_socket *nl;
	struct mnl_socket *events;
	bool owned;
	uint32_t portid;
	uint32_t seq;
	uint16_t family;
	uint32_t group;
	char request[TS_GENL_REQUEST_SIZE] __attribute__((aligned(8)));
	char buffer[TS_GENL_BUFFER_SIZE] __attribute__((aligned(8)));
};

/* What parsers are handed: attributes by type, NULL where absent. */
typedef int (*ts_genl_parse_t)(struct ts_genl *g, const struct nlattr **tb, void *arg);

/* Requests sent at once: their answers must fit the socket's receive buffer. */
#define TS_GENL_MANY 16

/**
 * struct ts_genl_many - requests of one kind, sent at once
 * @what: being done, for the error text
 * @parse: handed the attributes that answer request @i
 * @arg: for @parse
 * @err: of each request
 */
struct ts_genl_many {
	const char *what;
	void (*parse)(const struct nlattr **tb, unsigned int i, void *arg);
	void *arg;
	int err[TS_GENL_MANY];
};

struct nlmsghdr *ts_genl_request(struct ts_genl *g, uint8_t cmd, uint16_t flags);
struct nlmsghdr *ts_genl_request_at(struct ts_genl *g, size_t at, uint8_t cmd, uint16_t flags);
int ts_genl_talk_many(struct ts_genl *g, size_t len, unsigned int n, struct ts_genl_many *many);
int ts_genl_talk(struct ts_genl *g, struct nlmsghdr *nlh, const char *what,
		 ts_genl_parse_t parse, void *arg);
int ts_genl_close_accounts(struct ts_meter *m, struct ts_closing *c, size_t n);
int ts_genl_dump(struct ts_genl *g, struct nlmsghdr *nlh, const char *what,
		 ts_genl_parse_t parse, void *arg);

void ts_genl_put_key(struct nlmsghdr *nlh, const struct ts_key *key);
void ts_genl_put_rule(struct nlmsghdr *nlh, const struct ts_rule *rule);
void ts_genl_put_prices(struct nlmsghdr *nlh, const struct ts_tariff *t);

int ts_genl_tb(const struct nlmsghdr *nlh, const struct nlattr **tb);
void ts_genl_get_key(const struct nlattr *nest, struct ts_key *key);
void ts_genl_get_account(const struct nlattr **tb, struct ts_account *a);
void ts_genl_get_port(const struct nlattr **tb, struct ts_port *port);
void ts_genl_get_tariff(const struct nlattr **tb, struct ts_tariff *t);
void ts_genl_get_rule(const struct nlattr **tb, struct ts_rule *rule);
void ts_genl_get_stranger(const struct nlattr **tb, struct ts_stranger *s);
void ts_genl_get_event(const struct nlattr **tb, struct ts_meter_event *ev);

int ts_genl_port_dump(struct ts_meter *m,
		      int (*cb)(const struct ts_port *, void *), void *arg);
int ts_genl_account_dump(struct ts_meter *m,
			 int (*cb)(const struct ts_account *, void *), void *arg);
int ts_genl_tariff_dump(struct ts_meter *m,
			int (*cb)(const struct ts_tariff *, void *), void *arg);
int ts_genl_rule_dump(struct ts_meter *m,
		      int (*cb)(const struct ts_rule *, void *), void *arg);
int ts_genl_stranger_dump(struct ts_meter *m,
			  int (*cb)(const struct ts_stranger *, void *), void *arg);
int ts_genl_mesh_add(struct ts_meter *m, const struct ts_mesh *mesh);
int ts_genl_mesh_del(struct ts_meter *m, const char *pattern);
int ts_genl_mesh_dump(struct ts_meter *m,
		      int (*cb)(const struct ts_mesh *, void *), void *arg);
int ts_genl_gateways_set(struct ts_meter *m, const char *pattern, uint64_t generation,
			 const uint8_t (*gateways)[6], size_t n_gateways,
			 const uint8_t (*behind)[6], size_t n_behind);
int ts_genl_routes_set(struct ts_meter *m, const char *pattern, uint64_t generation,
		       const struct ts_route *routes, size_t n_routes);
int ts_genl_originator_dump(struct ts_meter *m,
			    int (*cb)(const struct ts_originator *, void *), void *arg);
int ts_genl_neighbour_dump(struct ts_meter *m,
			   int (*cb)(const struct ts_neighbour *, void *), void *arg);
int ts_genl_destroy(struct ts_meter *m);

void ts_genl_event_close(struct ts_genl *g);
int ts_genl_event_fd(struct ts_meter *m);
int ts_genl_event_read(struct ts_meter *m,
		       void (*cb)(const struct ts_meter_event *, void *), void *arg);

#endif /* TS_LIB_METER_GENL_H */
