// SPDX-License-Identifier: GPL-2.0
/*
 * gate.c - puts the tables in place, listens to nf_tables, puts them back.
 *
 * What somebody else changed is found by comparing a listing with the one
 * taken after our own last change; so it does not matter who did it, and our
 * own changes, which are heard as well, cause nothing.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <nftables/libnftables.h>
#include <stdlib.h>
#include <string.h>

#include "tsd/gate.h"
#include "tsd/log.h"

#define TABLE "tokenswitch"
/* What counters say is no change. */
#define OUTPUT_FLAGS	(NFT_CTX_OUTPUT_STATELESS | NFT_CTX_OUTPUT_NUMERIC_ALL)
/* Somebody who fights us gets this many rounds a second, then a pause. */
#define ROUNDS_PER_S	20
#define PAUSE_S		0.25
/* So long a guest's flows have to be heard of by our conntrack. */
#define GUEST_S		60

/**
 * struct ts_gate - the tables and the watch over them
 * @loop: borrowed
 * @nft: libnftables, one context for our life
 * @nl: hears of every change of nf_tables in this namespace
 * @io: on @nl
 * @pause: runs after too many rounds
 * @guest_timer: until the oldest of the guests is none any more
 * @guest_until: when that is, of each
 * @spec: what has to be there
 * @flowtables: somebody made or removed one since that was asked last
 * @in_place: @spec was put in place at least once
 * @ours: listing after our last change
 * @fault: why the tables are not in place; empty: they are
 * @lacks: what this kernel cannot do; empty: nothing
 * @restored: how often they were put back
 * @second: which second @rounds counts
 * @rounds: how often in it
 */
struct ts_gate {
	struct ev_loop *loop;
	struct nft_ctx *nft;
	struct mnl_socket *nl;
	ev_io io;
	ev_timer pause;
	ev_timer guest_timer;
	ev_tstamp guest_until[TS_GATE_GUESTS_MAX];
	struct ts_gate_spec spec;
	bool flowtables;
	bool in_place;
	char *ours;
	char fault[256];
	char lacks[256];
	uint64_t restored;
	uint64_t second;
	unsigned int rounds;
};

static int run(struct nft_ctx *nft, const char *text, char *err, size_t err_size)
{
	const char *said, *end;
	int ret;

	ret = nft_run_cmd_from_buffer(nft, text);
	said = nft_ctx_get_error_buffer(nft);
	if (!ret)
		return 0;
	end = strchr(said, '\n');
	snprintf(err, err_size, "nf_tables: %.*s",
		 end ? (int)(end - said) : (int)strlen(said), said);
	return -EIO;
}

static struct nft_ctx *new_context(void)
{
	struct nft_ctx *nft = nft_ctx_new(NFT_CTX_DEFAULT);

	if (!nft)
		return NULL;
	if (nft_ctx_buffer_output(nft) || nft_ctx_buffer_error(nft)) {
		nft_ctx_free(nft);
		return NULL;
	}
	nft_ctx_output_set_flags(nft, OUTPUT_FLAGS);
	return nft;
}

#define PROBE(family, rules) \
	"table " family " " TABLE "_probe {\nchain c {\n" rules "\n}\n}"

/* What every feature needs, tried without leaving anything behind. */
static const struct {
	unsigned int feature;
	const char *text;
	const char *without;
} probes[] = {
	{ TS_GATE_BRIDGE,
	  PROBE("bridge", "type filter hook postrouting priority 0;"),
	  "tables of family bridge: bridged access ports are closed by the meter alone" },
	{ TS_GATE_NAT,
	  PROBE("inet", "type nat hook prerouting priority -101; tcp dport 80 dnat ip to 127.0.0.1:1"),
	  "nat: unpaid web requests are not shown the portal" },
	{ TS_GATE_REJECT,
	  PROBE("inet", "type filter hook prerouting priority 0; reject with icmpx port-unreachable"),
	  "reject: unpaid connections hang instead of failing at once" },
	{ TS_GATE_CT,
	  PROBE("inet", "type filter hook forward priority 0; meta oifkind \"bridge\" ct state { established, related } accept"),
	  "connection tracking: clients are billed for what they did not ask for" },
};

static unsigned int probe(struct ts_gate *g)
{
	unsigned int have = 0, i;
	char err[256];
	size_t n = 0;

	g->lacks[0] = '\0';
	nft_ctx_set_dry_run(g->nft, true);
	for (i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
		if (!run(g->nft, probes[i].text, err, sizeof(err))) {
			have |= probes[i].feature;
			continue;
		}
		if (n < sizeof(g->lacks))
			n += snprintf(g->lacks + n, sizeof(g->lacks) - n,
				      "%sthis kernel has no %s", n ? "; " : "",
				      probes[i].without);
		ts_log(TS_LOG_WARN, "gate: this kernel has no %s (%s)",
		       probes[i].without, err);
	}
	nft_ctx_set_dry_run(g->nft, false);
	return have;
}

static int run_spec(struct ts_gate *g,
		    void (*write)(const struct ts_gate_spec *, FILE *))
{
	char *text = NULL;
	size_t size;
	FILE *out;
	int ret;

	out = open_memstream(&text, &size);
	if (!out)
		return -ENOMEM;
	write(&g->spec, out);
	if (fclose(out)) {
		free(text);
		return -ENOMEM;
	}
	ret = run(g->nft, text, g->fault, sizeof(g->fault));
	free(text);
	return ret;
}

/* Both tables as they are now; NULL when one is missing. */
static char *list(struct ts_gate *g)
{
	char *text = NULL, err[256];
	size_t size;
	FILE *out;
	int ret;

	out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	ret = run(g->nft, "list table inet " TABLE, err, sizeof(err));
	fputs(nft_ctx_get_output_buffer(g->nft), out);
	if (!ret && (g->spec.features & TS_GATE_BRIDGE)) {
		ret = run(g->nft, "list table bridge " TABLE, err, sizeof(err));
		fputs(nft_ctx_get_output_buffer(g->nft), out);
	}
	if (fclose(out) || ret) {
		free(text);
		return NULL;
	}
	return text;
}

static int put_in_place(struct ts_gate *g)
{
	int ret = run_spec(g, ts_gate_text);

	if (ret)
		return ret;
	free(g->ours);
	g->ours = list(g);
	g->in_place = true;
	g->fault[0] = '\0';
	return 0;
}

static bool altered(struct ts_gate *g)
{
	char *now = list(g);
	bool differs = !now || !g->ours || strcmp(now, g->ours);

	free(now);
	return differs;
}

static void restore(struct ts_gate *g)
{
	uint64_t second = (uint64_t)ev_now(g->loop);

	if (ev_is_active(&g->pause))
		return;
	if (second != g->second) {
		g->second = second;
		g->rounds = 0;
	}
	if (++g->rounds > ROUNDS_PER_S) {
		ts_log(TS_LOG_ERROR, "gate: another program keeps changing the tables \"" TABLE "\"; find it and stop it");
		ev_timer_set(&g->pause, PAUSE_S, 0);
		ev_timer_start(g->loop, &g->pause);
		return;
	}
	g->restored++;
	if (put_in_place(g))
		ts_log(TS_LOG_ERROR, "gate: cannot be put back: %s", g->fault);
	else
		ts_log(TS_LOG_WARN, "gate: somebody changed the nftables tables \"" TABLE "\"; put back");
}

static void on_pause(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct ts_gate *g = w->data;

	if (g->in_place && altered(g))
		restore(g);
}

/** struct heard - what messages of nf_tables are about */
struct heard {
	bool ours;
	bool flowtables;
};

/* Attribute 1 of every nf_tables message about a table names the table. */
static int about_us(const struct nlmsghdr *nlh, void *data)
{
	unsigned int type = NFNL_MSG_TYPE(nlh->nlmsg_type);
	const struct nlattr *attr;
	struct heard *heard = data;

	if (NFNL_SUBSYS_ID(nlh->nlmsg_type) != NFNL_SUBSYS_NFTABLES || type == NFT_MSG_NEWGEN)
		return MNL_CB_OK;
	if (type == NFT_MSG_NEWFLOWTABLE || type == NFT_MSG_DELFLOWTABLE)
		heard->flowtables = true;
	mnl_attr_for_each(attr, nlh, sizeof(struct nfgenmsg)) {
		if (mnl_attr_get_type(attr) == NFTA_TABLE_NAME &&
		    !mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) &&
		    !strcmp(mnl_attr_get_str(attr), TABLE))
			heard->ours = true;
	}
	return MNL_CB_OK;
}

static void on_change(struct ev_loop *loop, ev_io *w, int revents)
{
	char buf[65536] __attribute__((aligned(8)));
	struct ts_gate *g = w->data;
	struct heard heard = { };
	ssize_t n;

	for (;;) {
		n = mnl_socket_recvfrom(g->nl, buf, sizeof(buf));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == ENOBUFS) {	/* missed some: look */
			heard = (struct heard){ .ours = true, .flowtables = true };
			continue;
		}
		if (n <= 0)
			break;
		mnl_cb_run(buf, n, 0, 0, about_us, &heard);
	}
	g->flowtables |= heard.flowtables;
	if (heard.ours && g->in_place && altered(g))
		restore(g);
}

static void tell_guests(struct ts_gate *g)
{
	ev_timer_stop(g->loop, &g->guest_timer);
	if (g->spec.n_guests) {
		ev_timer_set(&g->guest_timer, g->guest_until[0] - ev_now(g->loop), 0);
		ev_timer_start(g->loop, &g->guest_timer);
	}
	if (!g->in_place)
		return;
	if (run_spec(g, ts_gate_text_guests)) {
		put_in_place(g);
		return;
	}
	free(g->ours);
	g->ours = list(g);
}

static void forget_guest(struct ts_gate *g, unsigned int i)
{
	unsigned int after = --g->spec.n_guests - i;

	memmove(&g->spec.guests[i], &g->spec.guests[i + 1],
		after * sizeof(g->spec.guests[0]));
	memmove(&g->guest_until[i], &g->guest_until[i + 1],
		after * sizeof(g->guest_until[0]));
}

static void on_guest_timer(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct ts_gate *g = w->data;

	while (g->spec.n_guests && g->guest_until[0] <= ev_now(loop))
		forget_guest(g, 0);
	tell_guests(g);
}

/**
 * ts_gate_new() - look at what the kernel can, begin to listen
 * @loop: borrowed until ts_gate_free()
 * @err: on failure one line for people
 * @err_size: room in @err
 *
 * Return: a gate that is not in place yet, or NULL.
 */
struct ts_gate *ts_gate_new(struct ev_loop *loop, char *err, size_t err_size)
{
	int group = NFNLGRP_NFTABLES, size = 1 << 20;
	struct ts_gate *g = calloc(1, sizeof(*g));

	if (!g)
		goto no_memory;
	g->loop = loop;
	g->nft = new_context();
	if (!g->nft)
		goto free_gate;
	g->nl = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!g->nl || mnl_socket_bind(g->nl, 0, MNL_SOCKET_AUTOPID) ||
	    mnl_socket_setsockopt(g->nl, NETLINK_ADD_MEMBERSHIP, &group,
				  sizeof(group))) {
		snprintf(err, err_size, "nf_tables cannot be listened to: %s; the kernel needs CONFIG_NF_TABLES",
			 strerror(errno));
		goto close_all;
	}
	setsockopt(mnl_socket_get_fd(g->nl), SOL_SOCKET, SO_RCVBUFFORCE, &size,
		   sizeof(size));
	g->spec.features = probe(g);
	ev_io_init(&g->io, on_change, mnl_socket_get_fd(g->nl), EV_READ);
	g->io.data = g;
	ev_io_start(loop, &g->io);
	ev_init(&g->pause, on_pause);
	g->pause.data = g;
	ev_init(&g->guest_timer, on_guest_timer);
	g->guest_timer.data = g;
	return g;

close_all:
	if (g->nl)
		mnl_socket_close(g->nl);
	nft_ctx_free(g->nft);
	free(g);
	return NULL;
free_gate:
	free(g);
no_memory:
	snprintf(err, err_size, "out of memory");
	return NULL;
}

/**
 * ts_gate_own() - what the box itself has downloaded, by TCP
 * @g: in place
 * @bytes: of IP packets, since the tables were put in place
 * @packets: how many; what was put together on the way counts as one
 *
 * Return: 0, or -ENOENT: it is not counted.
 */
int ts_gate_own(struct ts_gate *g, uint64_t *bytes, uint64_t *packets)
{
	unsigned long long n_packets, n_bytes;
	const char *said;
	char err[256];
	int ret;

	if (!g->in_place || !g->spec.own || !(g->spec.features & TS_GATE_CT))
		return -ENOENT;
	nft_ctx_output_set_flags(g->nft, NFT_CTX_OUTPUT_NUMERIC_ALL);
	ret = run(g->nft, "list counter inet " TABLE " own", err, sizeof(err));
	said = strstr(nft_ctx_get_output_buffer(g->nft), "packets ");
	nft_ctx_output_set_flags(g->nft, OUTPUT_FLAGS);
	if (ret || !said ||
	    sscanf(said, "packets %llu bytes %llu", &n_packets, &n_bytes) != 2)
		return -ENOENT;
	*bytes = n_bytes;
	*packets = n_packets;
	return 0;
}

/** ts_gate_free() - stop listening; the tables stay; NULL is allowed */
void ts_gate_free(struct ts_gate *g)
{
	if (!g)
		return;
	ev_timer_stop(g->loop, &g->pause);
	ev_timer_stop(g->loop, &g->guest_timer);
	ev_io_stop(g->loop, &g->io);
	mnl_socket_close(g->nl);
	nft_ctx_free(g->nft);
	free(g->ours);
	free(g);
}

/**
 * ts_gate_apply() - put the tables in place
 * @g: the gate
 * @spec: what they say; its features are set by the gate
 *
 * Return: 0 or negative errno, ts_gate_fault() says why.
 */
int ts_gate_apply(struct ts_gate *g, const struct ts_gate_spec *spec)
{
	unsigned int features = g->spec.features;
	struct ts_gate_spec before = g->spec;

	g->spec = *spec;
	g->spec.features = features;
	g->spec.n_guests = before.n_guests;
	memcpy(g->spec.guests, before.guests, sizeof(before.guests));
	return put_in_place(g);
}

/**
 * ts_gate_metered() - other interfaces are metered now
 * @g: the gate, in place
 * @metered: interface indexes, ascending
 * @n: how many
 *
 * Return: 0 or negative errno, ts_gate_fault() says why.
 */
int ts_gate_metered(struct ts_gate *g, const uint32_t *metered, unsigned int n)
{
	if (n > TS_GATE_METERED_MAX)
		return -E2BIG;
	if (n == g->spec.n_metered &&
	    !memcmp(metered, g->spec.metered, n * sizeof(*metered)))
		return 0;
	memcpy(g->spec.metered, metered, n * sizeof(*metered));
	g->spec.n_metered = n;
	if (run_spec(g, ts_gate_text_metered))
		return put_in_place(g);
	free(g->ours);
	g->ours = list(g);
	return 0;
}

/**
 * ts_gate_guest() - a client is here that was behind another box
 * @g: the gate
 * @client: its address
 *
 * Its connections began there, and our conntrack does not know them; so for a minute
 * what comes for it passes though nobody here asked for it.
 */
void ts_gate_guest(struct ts_gate *g, const struct sockaddr *client)
{
	struct ts_gate_guest guest;
	unsigned int i;

	memset(&guest, 0, sizeof(guest));
	guest.family = ts_endpoint_address(client, guest.ip);
	if (!guest.family)
		return;
	for (i = 0; i < g->spec.n_guests; i++)
		if (!memcmp(&g->spec.guests[i], &guest, sizeof(guest)))
			break;
	if (i < g->spec.n_guests)
		forget_guest(g, i);
	else if (g->spec.n_guests == TS_GATE_GUESTS_MAX)
		forget_guest(g, 0);
	g->guest_until[g->spec.n_guests] = ev_now(g->loop) + GUEST_S;
	g->spec.guests[g->spec.n_guests++] = guest;
	tell_guests(g);
}

/** ts_gate_flowtables() - Return: somebody made or removed one since the last call */
bool ts_gate_flowtables(struct ts_gate *g)
{
	bool changed = g->flowtables;

	g->flowtables = false;
	return changed;
}

/** ts_gate_fault() - Return: NULL while the tables are in place, else why not */
const char *ts_gate_fault(const struct ts_gate *g)
{
	if (*g->fault)
		return g->fault;
	return g->in_place ? NULL : "not put in place yet";
}

/** ts_gate_lacks() - Return: NULL, or what the kernel cannot do */
const char *ts_gate_lacks(const struct ts_gate *g)
{
	return *g->lacks ? g->lacks : NULL;
}

/** ts_gate_restored() - Return: how often the tables were put back */
uint64_t ts_gate_restored(const struct ts_gate *g)
{
	return g->restored;
}

static int remove_table(struct nft_ctx *nft, const char *family, char *err,
			size_t err_size)
{
	char text[128];

	snprintf(text, sizeof(text), "add table %s " TABLE "\ndelete table %s " TABLE,
		 family, family);
	return run(nft, text, err, err_size);
}

/**
 * ts_gate_remove() - take the tables away, for "tsd --remove-gate"
 * @err: on failure one line for people
 * @err_size: room in @err
 *
 * Return: 0 or negative errno.
 */
int ts_gate_remove(char *err, size_t err_size)
{
	struct nft_ctx *nft = new_context();
	char unneeded[256];
	int ret;

	if (!nft) {
		snprintf(err, err_size, "out of memory");
		return -ENOMEM;
	}
	ret = remove_table(nft, "inet", err, err_size);
	/* A kernel without the family never had the table. */
	remove_table(nft, "bridge", unneeded, sizeof(unneeded));
	nft_ctx_free(nft);
	return ret;
}
