// SPDX-License-Identifier: GPL-2.0
/* Dumps of the family "tokenswitch", and what is built on them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "lib/meter_genl.h"

/* A caller's callback, kept untyped until the parser that knows it. */
struct sink {
	union {
		int (*port)(const struct ts_port *port, void *arg);
		int (*account)(const struct ts_account *a, void *arg);
		int (*tariff)(const struct ts_tariff *t, void *arg);
		int (*rule)(const struct ts_rule *rule, void *arg);
		int (*stranger)(const struct ts_stranger *s, void *arg);
	};
	void *arg;
};

static int parse_port(struct ts_genl *g, const struct nlattr **tb, void *arg)
{
	struct sink *sink = arg;
	struct ts_port port;

	ts_genl_get_port(tb, &port);
	return sink->port(&port, sink->arg);
}

int ts_genl_port_dump(struct ts_meter *m, int (*cb)(const struct ts_port *, void *), void *arg)
{
	struct ts_genl *g = (struct ts_genl *)m;
	struct sink sink = { .port = cb, .arg = arg };

	return ts_genl_dump(g, ts_genl_request(g, TS_CMD_PORT_GET, NLM_F_DUMP), "list ports",
			    parse_port, &sink);
}

static int parse_account(struct ts_genl *g, const struct nlattr **tb, void *arg)
{
	struct sink *sink = arg;
	struct ts_account a;

	ts_genl_get_account(tb, &a);
	return sink->account(&a, sink->arg);
}

int ts_genl_account_dump(struct ts_meter *m, int (*cb)(const struct ts_account *, void *),
			 void *arg)
{
	struct ts_genl *g = (struct ts_genl *)m;
	struct sink sink = { .account = cb, .arg = arg };

	return ts_genl_dump(g, ts_genl_request(g, TS_CMD_ACCOUNT_GET, NLM_F_DUMP),
			    "list accounts", parse_account, &sink);
}

static int parse_tariff(struct ts_genl *g, const struct nlattr **tb, void *arg)
{
	struct sink *sink = arg;
	struct ts_tariff t;

	ts_genl_get_tariff(tb, &t);
	return sink->tariff(&t, sink->arg);
}

int ts_genl_tariff_dump(struct ts_meter *m, int (*cb)(const struct ts_tariff *, void *),
			void *arg)
{
	struct ts_genl *g = (struct ts_genl *)m;
	struct sink sink = { .tariff = cb, .arg = arg };

	return ts_genl_dump(g, ts_genl_request(g, TS_CMD_TARIFF_GET, NLM_F_DUMP),
			    "list tariffs", parse_tariff, &sink);
}

static int parse_rule(struct ts_genl *g, const struct nlattr **tb, void *arg)
{
	struct sink *sink = arg;
	struct ts_rule rule;

	ts_genl_get_rule(tb, &rule);
	return sink->rule(&rule, sink->arg);
}

int ts_genl_rule_dump(struct ts_meter *m, int (*cb)(const struct ts_rule *, void *), void *arg)
{
	struct ts_genl *g = (struct ts_genl *)m;
	struct sink sink = { .rule = cb, .arg = arg };

	return ts_genl_dump(g, ts_genl_request(g, TS_CMD_CLASS_GET, NLM_F_DUMP), "list rules",
			    parse_rule, &sink);
}

static int parse_stranger(struct ts_genl *g, const struct nlattr **tb, void *arg)
{
	struct sink *sink = arg;
	struct ts_stranger s;

	ts_genl_get_stranger(tb, &s);
	return sink->stranger(&s, sink->arg);
}

int ts_genl_stranger_dump(struct ts_meter *m, int (*cb)(const struct ts_stranger *, void *),
			  void *arg)
{
	struct ts_genl *g = (struct ts_genl *)m;
	struct sink sink = { .stranger = cb, .arg = arg };

	return ts_genl_dump(g, ts_genl_request(g, TS_CMD_STRANGER_GET, NLM_F_DUMP),
			    "list strangers", parse_stranger, &sink);
}

/*
 * Deletions come from the callbacks of a dump: ts_genl_dump() has read all of
 * it before the first callback, so the socket is free.
 */
static int delete_port(const struct ts_port *port, void *arg)
{
	struct ts_meter *m = arg;
	int ret = m->ops->port_del(m, port->pattern);

	/* A pattern with several devices is listed once for each. */
	return ret == -ENOENT ? 0 : ret;
}

static int delete_mesh(const struct ts_mesh *mesh, void *arg)
{
	struct ts_meter *m = arg;
	int ret = m->ops->mesh_del(m, mesh->pattern);

	/* Likewise. */
	return ret == -ENOENT ? 0 : ret;
}

/** struct closings - all accounts; @c is owned */
struct closings {
	struct ts_closing *c;
	size_t n;
	size_t size;
};

static int note_account(const struct ts_account *a, void *arg)
{
	struct closings *all = arg;
	struct ts_closing *c;

	if (all->n == all->size) {
		c = realloc(all->c, (2 * all->size + 64) * sizeof(*c));
		if (!c)
			return -ENOMEM;
		all->c = c;
		all->size = 2 * all->size + 64;
	}
	all->c[all->n++] = (struct ts_closing){ .id = a->id, .epoch = a->epoch };
	return 0;
}

static int delete_accounts(struct ts_meter *m)
{
	struct closings all = { };
	int ret;

	ret = ts_genl_account_dump(m, note_account, &all);
	if (!ret)
		ret = ts_meter_close_accounts(m, all.c, all.n);
	free(all.c);
	return ret;
}

static int delete_tariff(const struct ts_tariff *t, void *arg)
{
	struct ts_meter *m = arg;

	return m->ops->tariff_del(m, t->id);
}

static int delete_rule(const struct ts_rule *rule, void *arg)
{
	struct ts_meter *m = arg;

	return m->ops->rule_del(m, rule);
}

/**
 * ts_genl_destroy() - empty the module's tables in this namespace
 * @m: the meter
 *
 * Ports and meshes go first: nothing passes by a meter whose accounts are gone.
 *
 * Return: 0 or negative errno.
 */
int ts_genl_destroy(struct ts_meter *m)
{
	int ret;

	ret = ts_genl_port_dump(m, delete_port, m);
	if (!ret)
		ret = ts_genl_mesh_dump(m, delete_mesh, m);
	if (!ret)
		ret = delete_accounts(m);
	if (!ret)
		ret = ts_genl_tariff_dump(m, delete_tariff, m);
	if (!ret)
		ret = ts_genl_rule_dump(m, delete_rule, m);
	return ret;
}
