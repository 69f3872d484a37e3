// SPDX-License-Identifier: GPL-2.0
/* opennds.c - runs the plan of opennds_plan.h: ndsctl, BinAuth, and who comes by FAS. */
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/key.h"
#include "tsd/command.h"
#include "tsd/config_opennds.h"
#include "tsd/daemon.h"
#include "tsd/log.h"
#include "tsd/ndsctl.h"
#include "tsd/opennds.h"
#include "tsd/opennds_plan.h"

/* It takes a third of a second on a router; what has not ended by then hangs. */
#define PATIENCE_S	15.0

/* Exit statuses of ndsctl 9.10. */
#define NDSCTL_REFUSED	1
#define NDSCTL_AWAY	3
#define NDSCTL_BUSY	4

/**
 * struct ts_opennds - openNDS
 * @d: the daemon
 * @plan: says what is next
 * @ndsctl: does it
 * @turn: at the plan's deadline, or as soon as nothing else is to be done
 * @call: what @ndsctl is doing
 * @faskey: the secret that we share with it
 * @fault: why it is not as it should be; empty: it is
 * @door_shut: who was sent to its door was back at once, and nobody got in there since
 * @full: a station that has paid had no place in the plan; said once
 */
struct ts_opennds {
	struct ts_daemon *d;
	struct ts_nds_plan *plan;
	struct ts_ndsctl *ndsctl;
	ev_timer turn;
	struct ts_nds_call call;
	char faskey[TS_FAS_KEY_MAX_CHARS + 1];
	char fault[200];
	bool door_shut;
	bool full;
};

static const char door_fault[] =
	"who has paid was sent to openNDS and is back; is its faskey that of opennds.faskey_file?";

/* What is wrong is said once, and again when it is something else. */
static void say(struct ts_opennds *o, const char *fault)
{
	if (!strcmp(o->fault, fault))
		return;
	snprintf(o->fault, sizeof(o->fault), "%s", fault);
	if (*fault)
		ts_log(TS_LOG_WARN, "opennds: %s", fault);
	else
		ts_log(TS_LOG_INFO, "opennds: all is well again");
}

static void set_turn(struct ts_opennds *o, double in_s)
{
	ev_timer_stop(o->d->loop, &o->turn);
	ev_timer_set(&o->turn, in_s, 0);
	ev_timer_start(o->d->loop, &o->turn);
}

static void wait_for_plan(struct ts_opennds *o)
{
	uint64_t at_ns = ts_nds_plan_deadline(o->plan), now_ns = ts_clock_boot_ns();

	if (at_ns == UINT64_MAX)
		ev_timer_stop(o->d->loop, &o->turn);
	else
		set_turn(o, at_ns > now_ns ? (double)(at_ns - now_ns) / 1e9 : 0);
}

static void tell_plan(struct ts_opennds *o, const char *code,
		      const struct ts_session_view *view)
{
	int ret = ts_nds_plan_session(o->plan, code, view, ts_clock_boot_ns());

	if (ret && !o->full)
		ts_log(TS_LOG_ERROR, "opennds: more than %u stations have paid; the others see the portal although they may pass",
		       TS_NDS_CLIENTS_MAX);
	o->full = ret;
}

static int tell_session(const struct ts_session_view *view, void *arg)
{
	tell_plan(arg, view->code, view);
	return 0;
}

static void sweep(struct ts_opennds *o)
{
	ts_nds_plan_sweep_begin(o->plan);
	ts_billing_session_each(o->d->billing, tell_session, o);
	ts_nds_plan_sweep_end(o->plan, ts_clock_boot_ns());
}

/*
 * False: that is no list of ndsctl.  A client of ours can have words of its own put into
 * it ("custom"): all that this can do is to have somebody wait until it visits the portal.
 */
static bool take_list(struct ts_opennds *o, const char *text)
{
	json_t *list = json_loads(text, 0, NULL);
	json_t *clients = json_object_get(list, "clients"), *one;
	const char *name, *state;
	uint8_t mac[6];

	json_object_foreach(clients, name, one) {
		state = json_string_value(json_object_get(one, "state"));
		if (state && !strcmp(state, "Authenticated") && !ts_key_parse_mac(name, mac))
			ts_nds_plan_listed(o->plan, mac);
	}
	json_decref(list);
	return clients != NULL;
}

/* Its refusals are no fault: openNDS thought something else, and the next list says what. */
static enum ts_nds_outcome outcome(struct ts_opennds *o, int status, const char *text)
{
	char why[160];

	if (!status && o->call.verb == TS_NDS_LIST && !take_list(o, text)) {
		say(o, "the list of ndsctl json cannot be read; it is asked again");
		return TS_NDS_FAILED;
	}
	if (!status || status == NDSCTL_REFUSED)
		say(o, "");
	switch (status) {
	case 0:
		return TS_NDS_DONE;
	case NDSCTL_REFUSED:
		return TS_NDS_REFUSED;
	case NDSCTL_BUSY:
		return TS_NDS_BUSY;
	case NDSCTL_AWAY:
		say(o, "it does not run, so nobody is shown the portal by it; start it");
		return TS_NDS_AWAY;
	case -ETIMEDOUT:
		say(o, "ndsctl did not end in time; it is tried again");
		return TS_NDS_FAILED;
	}
	if (status < 0)
		snprintf(why, sizeof(why), "ndsctl cannot be run: %s; see opennds.ndsctl",
			 strerror(-status));
	else
		snprintf(why, sizeof(why), "ndsctl ended with status %d; it is tried again",
			 status);
	say(o, why);
	return TS_NDS_FAILED;
}

static void log_done(const struct ts_opennds *o, enum ts_nds_outcome how)
{
	char mac[TS_MAC_TEXT_LEN];

	if (how == TS_NDS_DONE && o->call.verb != TS_NDS_LIST)
		ts_log(TS_LOG_DEBUG, "opennds: %s %s",
		       ts_key_print_mac(o->call.mac, mac, sizeof(mac)),
		       o->call.verb == TS_NDS_AUTH ? "let in" : "put out");
}

static void on_done(void *ctx, int status, const char *text)
{
	struct ts_opennds *o = ctx;
	enum ts_nds_outcome how = outcome(o, status, text);

	log_done(o, how);
	ts_nds_plan_done(o->plan, how, ts_clock_boot_ns());
	wait_for_plan(o);
}

/* No quota, no rate, no time: all of that is the kernel's and billing's. */
static int start(struct ts_opennds *o)
{
	char mac[TS_MAC_TEXT_LEN];
	const char *const words[][8] = {
		[TS_NDS_LIST] = { "json" },
		[TS_NDS_AUTH] = { "auth", mac, "0", "0", "0", "0", "0", "tokenswitch" },
		[TS_NDS_DEAUTH] = { "deauth", mac },
	};
	const char *argv[9] = { NULL };

	ts_key_print_mac(o->call.mac, mac, sizeof(mac));
	memcpy(argv, words[o->call.verb], sizeof(words[0]));
	return ts_ndsctl_run(o->ndsctl, argv);
}

static void on_turn(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct ts_opennds *o = w->data;
	int ret;

	if (ts_nds_plan_next(o->plan, ts_clock_boot_ns(), &o->call)) {
		if (o->call.verb == TS_NDS_LIST)
			sweep(o);
		ret = start(o);
		if (ret)
			on_done(o, ret, "");
		return;
	}
	wait_for_plan(o);
}

/* One line, which openNDS is given the same way. */
static int read_faskey(struct ts_opennds *o, char *err, size_t err_size)
{
	const char *path = o->d->config->opennds.faskey_file;
	char text[TS_FAS_KEY_MAX_CHARS + 2];
	struct stat st;
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st)) {
		snprintf(err, err_size, "opennds.faskey_file: %s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -EIO;
	}
	n = read(fd, text, sizeof(text));
	close(fd);
	if (n > 0 && text[n - 1] == '\n')
		n--;
	if (st.st_mode & 077) {
		snprintf(err, err_size, "opennds.faskey_file: %s can be read by others; chmod 600 it",
			 path);
	} else if (n < 0 || ts_fas_key_check(text, (size_t)n)) {
		snprintf(err, err_size, "opennds.faskey_file: %s must be one line of %u to %u letters and digits",
			 path, TS_FAS_KEY_MIN_CHARS, TS_FAS_KEY_MAX_CHARS);
	} else {
		memcpy(o->faskey, text, (size_t)n);
		sodium_memzero(text, sizeof(text));
		return 0;
	}
	sodium_memzero(text, sizeof(text));
	return -EINVAL;
}

/**
 * ts_opennds_new() - be openNDS's FAS from now on
 * @d: the daemon; its configuration names an openNDS
 * @err: on failure one line for people
 * @err_size: room in @err
 *
 * Whether openNDS runs does not matter; it may come and go.
 *
 * Return: freed by ts_opennds_free(); NULL on failure.
 */
struct ts_opennds *ts_opennds_new(struct ts_daemon *d, char *err, size_t err_size)
{
	struct ts_opennds *o = calloc(1, sizeof(*o));

	snprintf(err, err_size, "out of memory");
	if (!o)
		return NULL;
	o->d = d;
	ev_init(&o->turn, on_turn);
	o->turn.data = o;
	o->plan = ts_nds_plan_new();
	o->ndsctl = ts_ndsctl_new(d->loop, d->config->opennds.ndsctl, PATIENCE_S, on_done, o);
	if (!o->plan || !o->ndsctl || read_faskey(o, err, err_size)) {
		ts_opennds_free(o);
		return NULL;
	}
	set_turn(o, 0);
	return o;
}

/** ts_opennds_free() - openNDS goes on with the clients that it has; NULL is allowed */
void ts_opennds_free(struct ts_opennds *o)
{
	if (!o)
		return;
	ev_timer_stop(o->d->loop, &o->turn);
	ts_ndsctl_free(o->ndsctl);
	ts_nds_plan_free(o->plan);
	sodium_memzero(o->faskey, sizeof(o->faskey));
	free(o);
}

/** ts_opennds_changed() - something of this session is another; NULL is allowed */
void ts_opennds_changed(struct ts_opennds *o, const char *code)
{
	struct ts_session_view view;
	bool gone;

	if (!o)
		return;
	gone = ts_billing_session_view(o->d->billing, code, &view);
	tell_plan(o, code, gone ? NULL : &view);
	wait_for_plan(o);
}

/**
 * ts_opennds_fas() - openNDS has sent somebody to our page
 * @o: openNDS
 * @peer: who asks
 * @fas: what openNDS is said to say of it
 * @url: set on success: where it gets in
 *
 * Who has paid is let in at once: it was put out, or openNDS was started anew.  The rest
 * gets the page.
 *
 * Return: 0; -ENOENT: it gets the page.
 */
int ts_opennds_fas(struct ts_opennds *o, const struct sockaddr *peer,
		   const struct ts_fas *fas, char url[TS_FAS_URL_SIZE])
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)peer;
	char gateway[TS_ENDPOINT_TEXT_SIZE], own[TS_ENDPOINT_TEXT_SIZE], code[TS_CODE_SIZE];
	struct ts_session_view view;
	struct ts_daemon *d = o->d;
	struct ts_key key;
	bool door;

	/* What openNDS says of it has to be what we see ourselves (M15). */
	if (peer->sa_family != AF_INET || in->sin_addr.s_addr != fas->ip ||
	    ts_neigh_station(d->neigh, peer, ts_ports_zone, &d->ports, &key) ||
	    memcmp(key.mac, fas->mac, sizeof(key.mac)))
		return -ENOENT;
	if (ts_billing_station_find(d->billing, &key, code) ||
	    ts_billing_session_view(d->billing, code, &view) ||
	    view.state != TS_SESSION_PAID)
		return -ENOENT;
	tell_plan(o, code, &view);
	door = ts_nds_plan_visit(o->plan, key.mac, ts_clock_boot_ns());
	wait_for_plan(o);
	if (!door) {
		if (!o->door_shut)
			ts_log(TS_LOG_WARN, "opennds: %s", door_fault);
		o->door_shut = true;
		return -ENOENT;
	}
	ts_fas_url(fas, o->faskey, ts_endpoint_print(&d->config->opennds.gateway, gateway),
		   ts_endpoint_print(ts_config_fas(d->config), own), url);
	return 0;
}

/** ts_opennds_fault() - Return: what is wrong; NULL: nothing */
const char *ts_opennds_fault(const struct ts_opennds *o)
{
	if (*o->fault)
		return o->fault;
	return o->door_shut ? door_fault : NULL;
}

static json_t *no_opennds(void)
{
	return ts_command_failure("no_opennds", "the configuration names no openNDS; set opennds and restart tsd");
}

/* The device with this address; empty: none has it now. */
static void find_device(const struct ts_endpoint *at, char name[IF_NAMESIZE])
{
	const struct sockaddr_in *want = (const struct sockaddr_in *)&at->addr, *is;
	struct ifaddrs *all = NULL, *one;

	*name = '\0';
	if (getifaddrs(&all))
		return;
	for (one = all; one && !*name; one = one->ifa_next) {
		is = (const struct sockaddr_in *)one->ifa_addr;
		if (is && is->sin_family == AF_INET &&
		    is->sin_addr.s_addr == want->sin_addr.s_addr)
			snprintf(name, IF_NAMESIZE, "%s", one->ifa_name);
	}
	freeifaddrs(all);
}

/* Ports that clients need and openNDS's own rules for its router would refuse. */
static json_t *ports_of(const struct ts_endpoint *at, unsigned int n)
{
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; i < n; i++)
		if (at[i].addr.ss_family == AF_INET)
			json_array_append_new(list, json_integer(ts_endpoint_port(&at[i])));
	return list;
}

/** ts_opennds_answer() - {"cmd":"opennds"}; Return: a new reference */
json_t *ts_opennds_answer(struct ts_daemon *d, const json_t *request)
{
	char address[TS_ENDPOINT_TEXT_SIZE] = "", device[IF_NAMESIZE];
	const struct ts_config *c = d->config;
	struct ts_nds_counts n;

	if (!d->opennds)
		return no_opennds();
	ts_nds_plan_counts(d->opennds->plan, &n);
	find_device(&c->opennds.gateway, device);
	ts_endpoint_host(&c->opennds.gateway, address, sizeof(address));
	return json_pack("{s:s, s:s, s:i, s:i, s:s, s:s, s:o, s:o, s:i, s:b, s:i, s:i, s:i, s:s}",
			 "interface", device, "address", address,
			 "gateway_port", ts_endpoint_port(&c->opennds.gateway),
			 "fas_port", ts_endpoint_port(ts_config_fas(c)),
			 "fas_path", TS_FAS_PATH, "faskey", d->opennds->faskey,
			 "http_ports", ports_of(c->http, c->n_http),
			 "https_ports", ports_of(c->https, c->n_https),
			 "photon_port", ts_endpoint_port(&c->photon),
			 "running", n.known, "paid", (int)n.paid,
			 "authenticated", (int)n.authenticated, "held", (int)n.held,
			 "fault", ts_opennds_fault(d->opennds) ?: "");
}

/**
 * ts_opennds_event_answer() - {"cmd":"opennds-event","method":…,"mac":…}, by BinAuth
 *
 * Return: a new reference.
 */
json_t *ts_opennds_event_answer(struct ts_daemon *d, const json_t *request)
{
	const char *method = json_string_value(json_object_get(request, "method"));
	const char *text = json_string_value(json_object_get(request, "mac"));
	uint8_t mac[6];
	int ret;

	if (!d->opennds)
		return no_opennds();
	if (!method || !text || ts_key_parse_mac(text, mac))
		return ts_command_failure("bad_event", "method and mac must be what openNDS hands to BinAuth");
	ret = ts_nds_plan_event(d->opennds->plan, method, mac, ts_clock_boot_ns());
	if (ret == -EINVAL)
		return ts_command_failure("bad_method", "openNDS 9.10 has no such method; nothing was done");
	if (!strcmp(method, "client_auth"))
		d->opennds->door_shut = false;
	ts_log(TS_LOG_DEBUG, "opennds: %s of %s", method, text);
	wait_for_plan(d->opennds);
	return json_pack("{s:b}", "taken", !ret);
}
