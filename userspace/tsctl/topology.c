// SPDX-License-Identifier: GPL-2.0
/*
 * tsctl topology: what batman-adv says of the mesh, as tsd understands it.
 *
 * Asks the kernel itself, so that it also helps where tsd does not run; what
 * signed hellos say it does not know.
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "mesh/batadv.h"
#include "tsctl/cmd.h"

#define DEVICE "bat0"

static uint64_t boot_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/* One round.  Return: 0, or 1: there is none, and the fault says why. */
static int ask(struct ts_batadv *b, struct ts_topology *t)
{
	struct pollfd p = { .events = POLLIN };
	uint64_t now_ns = boot_ns(), until_ns;
	int ret = 0;

	ts_batadv_start(b, now_ns);
	until_ns = ts_batadv_deadline_ns(b);
	while (!ret && (p.fd = ts_batadv_fd(b)) >= 0) {
		now_ns = boot_ns();
		if (now_ns >= until_ns || poll(&p, 1, (until_ns - now_ns) / 1000000 + 1) < 0)
			break;
		ret = ts_batadv_read(b, boot_ns());
	}
	return ret != 1 || ts_batadv_update(b, t, NULL, 0, boot_ns()) < 0;
}

/* Return: the model, or NULL after saying what is wrong. */
static struct ts_topology *look(struct cmd *c)
{
	const char *device = cmd_more(c) ? cmd_next(c) : DEVICE;
	char err[TS_BATADV_ERROR_SIZE] = "batman-adv does not answer";
	struct ts_topology *t;
	struct ts_batadv *b;

	if (cmd_end(c))
		return NULL;
	t = ts_topology_new(0);
	b = ts_batadv_new(device, err, sizeof(err));
	if (t && b && !ask(b, t)) {
		ts_batadv_free(b);
		return t;
	}
	if (b && *ts_batadv_fault(b))
		snprintf(err, sizeof(err), "%s", ts_batadv_fault(b));
	fprintf(stderr, "tsctl topology: %s\n", err);
	ts_batadv_free(b);
	ts_topology_free(t);
	return NULL;
}

static int finish(struct ts_topology *t, json_t *json)
{
	ts_topology_free(t);
	return json ? out_json(json) : 0;
}

static json_t *json_mac(const uint8_t mac[TS_MAC_LEN])
{
	char text[18];

	return json_string(fmt_mac(mac, text));
}

static json_t *json_macs(const uint8_t (*mac)[TS_MAC_LEN], unsigned int n)
{
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; i < n; i++)
		json_array_append_new(list, json_mac(mac[i]));
	return list;
}

static void print_macs(const char *what, const uint8_t (*mac)[TS_MAC_LEN], unsigned int n)
{
	char text[18];
	unsigned int i;

	fputs(what, stdout);
	for (i = 0; i < n; i++)
		printf(" %s", fmt_mac(mac[i], text));
	puts(n ? "" : " none");
}

static json_t *json_warnings(const struct ts_topology *t)
{
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; ts_topology_warning(t, i); i++)
		json_array_append_new(list, json_string(ts_topology_warning(t, i)));
	return list;
}

static json_t *json_settings(const struct ts_topology *t)
{
	const struct ts_batadv_mesh *m = &t->mesh;

	return json_pack("{s:s, s:o, s:o, s:b, s:b, s:b, s:b, s:b, s:s?, s:o}",
			 "algo", m->algo, "originator", json_mac(m->own),
			 "macs", json_macs(t->own.mac, t->own.n),
			 "gateway", m->gateway, "network_coding", m->network_coding,
			 "bridge_loop_avoidance", m->bridge_loop_avoidance,
			 "ap_isolation", m->ap_isolation,
			 "fragmentation", m->fragmentation,
			 "refused", ts_topology_refused(t),
			 "warnings", json_warnings(t));
}

static int show(struct cmd *c)
{
	struct ts_topology *t = look(c);
	char text[18];
	unsigned int i;

	if (!t)
		return 1;
	if (c->json)
		return finish(t, json_settings(t));
	printf("%s, our originator %s%s\n", t->mesh.algo, fmt_mac(t->mesh.own, text),
	       t->mesh.gateway ? ", a gateway" : "");
	print_macs("interfaces", t->own.mac, t->own.n);
	printf("%u neighbours, %u originators, %u gateways, %u clients\n", t->n_neighbours,
	       t->n_routes, t->gateways.n, t->n_clients);
	if (ts_topology_refused(t))
		printf("REFUSED: %s\n", ts_topology_refused(t));
	for (i = 0; ts_topology_warning(t, i); i++)
		printf("WARNING: %s\n", ts_topology_warning(t, i));
	return finish(t, NULL);
}

static int neighbours(struct cmd *c)
{
	json_t *list = c->json ? json_array() : NULL;
	struct ts_topology *t = look(c);
	unsigned int i;
	char text[18];

	for (i = 0; t && i < t->n_neighbours; i++) {
		const struct ts_mesh_neighbour *n = &t->neighbours[i];

		if (list)
			json_array_append_new(list, json_pack("{s:o, s:o}",
				"originator", json_mac(n->orig),
				"macs", json_macs(n->mac, n->n_macs)));
		else
			print_macs(fmt_mac(n->orig, text), n->mac, n->n_macs);
	}
	if (t)
		return finish(t, list);
	json_decref(list);
	return 1;
}

static int routes(struct cmd *c)
{
	json_t *list = c->json ? json_array() : NULL;
	struct ts_topology *t = look(c);
	char dest[18], via[18];
	unsigned int i;

	for (i = 0; t && i < t->n_routes; i++) {
		const struct ts_mesh_route *r = &t->routes[i];

		if (list)
			json_array_append_new(list, json_pack("{s:o, s:o}",
				"originator", json_mac(r->dest), "via", json_mac(r->via)));
		else
			printf("%s via %s\n", fmt_mac(r->dest, dest), fmt_mac(r->via, via));
	}
	if (t)
		return finish(t, list);
	json_decref(list);
	return 1;
}

static int gateways(struct cmd *c)
{
	struct ts_topology *t = look(c);

	if (!t)
		return 1;
	if (c->json)
		return finish(t, json_pack("{s:o, s:o}",
			"gateways", json_macs(t->gateways.mac, t->gateways.n),
			"behind", json_macs(t->behind.mac, t->behind.n)));
	print_macs("gateways", t->gateways.mac, t->gateways.n);
	print_macs("behind them", t->behind.mac, t->behind.n);
	return finish(t, NULL);
}

const struct verb topology_verbs[] = {
	{ "show", show, "[DEVICE]", "the mesh device (bat0), and what speaks against billing it" },
	{ "neighbours", neighbours, "[DEVICE]", "boxes that are heard, and the MACs of each" },
	{ "routes", routes, "[DEVICE]", "over which neighbour each originator is reached" },
	{ "gateways", gateways, "[DEVICE]", "who leads out of the mesh, and who is behind them" },
	{ 0 },
};
