// SPDX-License-Identifier: GPL-2.0
/*
 * daemon.c - the parts in the order in which they may come up.
 *
 * What closes comes before what opens: the nftables tables before the ports,
 * the ledger and the kernel's accounts before anybody can pay.  What paid
 * traffic needs is in the kernel already and is only adopted.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/keyfile.h"
#include "photon/form.h"
#include "tsd/bypass.h"
#include "tsd/daemon.h"
#include "tsd/front.h"
#include "tsd/lock.h"
#include "tsd/log.h"
#include "tsd/mesh_claim.h"
#include "tsd/ready.h"

static int make_dir(const char *path, mode_t mode, char *err, size_t err_size)
{
	if (!mkdir(path, mode) || errno == EEXIST)
		return 0;
	snprintf(err, err_size, "%s: cannot be made: %s", path, strerror(errno));
	return -EIO;
}

/* The address stands in clear in the file, and is authenticated by the key. */
static int read_address(struct ts_daemon *d, char *err, size_t err_size)
{
	struct ts_keys_error error = { };
	int ret;

	if (access(d->config->key_file, F_OK)) {
		snprintf(err, err_size, "%s: there is no key yet; run \"tsctl key new\"",
			 d->config->key_file);
		return -ENOENT;
	}
	ret = ts_keyfile_address(d->config->key_file, &d->address, &error);
	if (ret)
		snprintf(err, err_size, "%s", error.text);
	return ret;
}

static int open_meter(struct ts_daemon *d, char *err, size_t err_size)
{
	const char *driver = *d->config->driver ? d->config->driver : NULL;
	int ret;

	ret = ts_meter_open(driver, true, &d->meter, err, err_size);
	if (ret)
		return ret;
	ret = ts_meter_own(d->meter);
	if (ret)
		snprintf(err, err_size, "meter: %s", ts_meter_error(d->meter));
	d->ports.m = d->meter;
	return ret;
}

/*
 * Portal addresses of each family: the first one of listen.http.  openNDS, which knows
 * IPv4 alone, turns its web requests to itself.
 */
static void gate_portal(struct ts_gate_spec *spec, const struct ts_config *c)
{
	unsigned int i;

	spec->portal_port = c->redirect_port;
	spec->opennds = c->opennds.gateway;
	for (i = 0; i < c->n_http; i++) {
		struct ts_endpoint *to =
			c->http[i].addr.ss_family == AF_INET ? &spec->portal4 :
							       &spec->portal6;

		if (to->len)
			continue;
		*to = c->http[i];
		ts_endpoint_set_port(to, c->redirect_port);
	}
}

static int apply_gate(struct ts_daemon *d, const struct ts_config *c, char *err,
		      size_t err_size)
{
	struct ts_gate_spec *spec = calloc(1, sizeof(*spec));
	unsigned int i;
	int ret;

	if (!spec) {
		snprintf(err, err_size, "out of memory");
		return -ENOMEM;
	}
	spec->mark_mask = c->mark_mask;
	spec->unsolicited = c->gate_unsolicited;
	spec->own = c->mesh.device[0];
	for (i = 0; i < c->n_ports; i++)
		memcpy(spec->patterns[i], c->ports[i].pattern, TS_PATTERN_LEN);
	spec->n_patterns = c->n_ports;
	spec->n_metered = ts_ports_indexes(&d->ports, spec->metered,
					   TS_GATE_METERED_MAX);
	gate_portal(spec, c);
	ret = ts_gate_apply(d->gate, spec);
	if (ret)
		snprintf(err, err_size, "gate: %s", ts_gate_fault(d->gate));
	free(spec);
	return ret;
}

static int open_gate(struct ts_daemon *d, char *err, size_t err_size)
{
	if (!d->config->gate)
		return 0;
	d->gate = ts_gate_new(d->loop, err, err_size);
	if (!d->gate)
		return -EIO;
	ts_ports_look(&d->ports);
	/* Before it opens: what a daemon before this one had shut stays shut. */
	ts_bypass_look(d);
	return apply_gate(d, d->config, err, err_size);
}

static int open_ledger(struct ts_daemon *d, char *err, size_t err_size)
{
	char lock[TS_CONFIG_PATH_SIZE + 16];
	struct ts_ledger_options options = {
		.path = d->config->ledger,
		.lock_path = lock,
		.flags = TS_LEDGER_CREATE,
	};

	snprintf(lock, sizeof(lock), "%s/ledger.lock", d->config->state_dir);
	return ts_ledger_open(&options, &d->ledger, err, err_size);
}

static int read_boot_id(char boot_id[TS_BOOT_ID_SIZE])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, boot_id, TS_BOOT_ID_SIZE - 1);
	close(fd);
	if (n != TS_BOOT_ID_SIZE - 1)
		return -EIO;
	boot_id[n] = '\0';
	return 0;
}

static int complete_billing(struct ts_config *c, const struct ts_address *ours,
			    char *err, size_t err_size)
{
	c->billing.our_address = *ours;
	if (read_boot_id(c->billing.boot_id)) {
		snprintf(err, err_size, "/proc/sys/kernel/random/boot_id cannot be read; is /proc mounted?");
		return -EIO;
	}
	return 0;
}

static int open_billing(struct ts_daemon *d, char *err, size_t err_size)
{
	struct ts_billing_effects effects;
	struct ts_billing_meter meter;
	struct ts_time now;
	int ret;

	ret = complete_billing(d->config, &d->address, err, err_size);
	if (ret)
		return ret;
	ts_reply_init(&d->replies);
	ts_effects_fill(&effects, d);
	ts_billing_meter_use(&meter, d->meter);
	ts_clock_now(&now);
	return ts_billing_open(d->ledger, &d->config->billing, &meter, &effects,
			       &now, &d->billing, err, err_size);
}

/*
 * A channel of the configuration says who and how much; of a life that the
 * ledger knows, only a larger deposit is news.  Above all it must not thaw one
 * for which a withdrawal was co-signed (M2).
 */
static bool is_news(struct ts_daemon *d, struct ts_channel *ch)
{
	struct ts_channel_view known;

	if (ts_billing_channel_view(d->billing, &ch->partner_address, &ch->token,
				    &known))
		return true;
	if (ch->open_block_number != known.channel.open_block_number)
		return ch->open_block_number > known.channel.open_block_number;
	ch->state = known.channel.state;
	ch->frozen = known.channel.frozen;
	if (ch->our_deposit_wei < known.channel.our_deposit_wei)
		ch->our_deposit_wei = known.channel.our_deposit_wei;
	if (ch->partner_deposit_wei < known.channel.partner_deposit_wei)
		ch->partner_deposit_wei = known.channel.partner_deposit_wei;
	return true;
}

static void import_channels(struct ts_daemon *d)
{
	char text[TS_ADDRESS_TEXT_SIZE];
	struct ts_time now;
	unsigned int i;

	ts_clock_now(&now);
	for (i = 0; i < d->config->n_channels; i++) {
		struct ts_channel ch = d->config->channels[i].channel;

		ch.our_address = d->address;
		ts_channel_identifier(&ch.our_address, &ch.partner_address,
				      &ch.token, &ch.tokens_network,
				      &ch.channel_identifier);
		if (is_news(d, &ch) &&
		    ts_billing_channel_import(d->billing, &ch,
					      d->config->channels[i].trusted, &now))
			ts_log(TS_LOG_WARN, "channel with %s: %s",
			       ts_address_print(&ch.partner_address, text),
			       ts_billing_error(d->billing));
	}
	ts_billing_flush(d->billing, &now);
}

static bool is_partner(void *ctx, const struct ts_address *address)
{
	struct ts_daemon *d = ctx;
	const struct ts_billing_config *c = &d->config->billing;
	struct ts_channel_view view;
	unsigned int i;

	for (i = 0; i < c->n_tokens; i++)
		if (!ts_billing_channel_view(d->billing, address,
					     &c->tokens[i].address, &view))
			return true;
	return false;
}

static int open_discovery(struct ts_daemon *d, char *err, size_t err_size)
{
	const struct ts_config *c = d->config;

	d->peers = ts_peers_new(c->limits.mdns_peers,
				c->discovery.expire_s * 1000000000ull);
	if (!d->peers || ts_peers_set(d->peers, c->peers, c->n_peers))
		goto no_memory;
	if (!c->discovery.mdns)
		return 0;
	d->discovery = ts_discovery_new(d->loop, c, &d->address, d->peers,
					is_partner, d);
	if (d->discovery)
		return 0;
no_memory:
	snprintf(err, err_size, "out of memory");
	return -ENOMEM;
}

static int open_doors(struct ts_daemon *d, char *err, size_t err_size)
{
	struct ts_udp_limits limits = {
		.per_source = d->config->limits.photon_per_source,
		.burst = d->config->limits.photon_burst,
		.sources = d->config->limits.photon_sources,
		.strangers = d->config->limits.photon_strangers,
	};
	char path[TS_CONFIG_PATH_SIZE + 16];
	int ret;

	d->neigh = ts_neigh_new(err, err_size);
	if (!d->neigh)
		return -EIO;
	ret = ts_front_open(d, err, err_size);
	if (ret)
		return ret;
	d->udp = ts_udp_new(d->loop, &d->config->photon, &limits, ts_effects_take,
			    d, err, err_size);
	if (!d->udp)
		return -EIO;
	ret = open_discovery(d, err, err_size);
	if (ret)
		return ret;
	if (d->config->chain.rpc[0]) {
		d->chain = ts_chain_new(d->loop, d->config, d->ledger, d->billing,
					d->key, err, err_size);
		if (!d->chain)
			return -EIO;
		d->carrier = ts_carrier_new(d, err, err_size);
		if (!d->carrier)
			return -EIO;
	}
	if (d->config->n_mirrors) {
		d->mirrors = ts_mirrors_new(d->loop, d->config, d->ledger, d->billing,
					    d->key, err, err_size);
		if (!d->mirrors)
			return -EINVAL;
	}
	if (d->config->billing.n_community) {
		d->roams = ts_roams_new(d->loop, d->config, d->billing, &d->address,
					err, err_size);
		if (!d->roams)
			return -EINVAL;
	}
	if (d->config->mesh.device[0]) {
		d->relaying = ts_relaying_new(d, err, err_size);
		if (!d->relaying)
			return -EINVAL;
	}
	if (d->config->n_admin) {
		d->watching = ts_watching_new(d, err, err_size);
		if (!d->watching)
			return -EIO;
	}
	if (d->config->opennds.gateway.len) {
		d->opennds = ts_opennds_new(d, err, err_size);
		if (!d->opennds)
			return -EINVAL;
	}
	snprintf(path, sizeof(path), "%s/tsd.sock", d->config->run_dir);
	d->control = ts_control_new(d, path, err, err_size);
	return d->control ? 0 : -EIO;
}

/*
 * Value is taken only for an address whose key is at hand: so nobody can pay
 * before.
 */
static void on_unlocked(void *ctx, struct ts_signer *key, const char *error)
{
	char err[TS_CONFIG_ERROR_SIZE];
	struct ts_daemon *d = ctx;

	d->key = key;
	if (key && !open_doors(d, err, sizeof(err))) {
		ts_billing_key(d->billing, key);
		ts_loop_wake(d);
		ts_log(TS_LOG_INFO, "tsd %s serves", TS_VERSION);
		ts_ready_tell("READY=1");
		return;
	}
	ts_log(TS_LOG_ERROR, "%s", key ? err : error);
	d->failed = true;
	ev_break(d->loop, EVBREAK_ALL);
}

/**
 * ts_daemon_start() - bring everything up
 * @d: zeroed but for @d->loop
 * @config: taken over, also on failure
 * @err: on failure one line for people
 * @err_size: room in @err
 *
 * After this the kernel's accounts are adopted and served.  The doors, by which
 * clients and tsctl come in, open when the key is decrypted; if it cannot be,
 * the loop ends and @d->failed is set.
 *
 * Return: 0 or negative errno; ts_daemon_stop() is due in both cases.
 */
int ts_daemon_start(struct ts_daemon *d, struct ts_config *config, char *err,
		    size_t err_size)
{
	static int (*const steps[])(struct ts_daemon *, char *, size_t) = {
		read_address, open_meter, open_gate, open_ledger, open_billing,
	};
	unsigned int i;
	int ret;

	d->config = config;
	d->lock_fd = -1;
	ret = make_dir(config->run_dir, 0755, err, err_size);
	if (!ret)
		ret = make_dir(config->state_dir, 0700, err, err_size);
	if (ret)
		return ret;
	d->lock_fd = ts_lock_take(config->run_dir, err, err_size);
	if (d->lock_fd < 0)
		return d->lock_fd;
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]) && !ret; i++)
		ret = steps[i](d, err, err_size);
	if (!ret)
		ret = ts_ports_claim(&d->ports, config, err, err_size);
	if (!ret)
		ret = ts_loop_start(d, err, err_size);
	if (ret)
		return ret;
	if (!config->mesh.device[0] && ts_mesh_claim_none(d->meter))
		ts_log(TS_LOG_ERROR, "mesh: what is left of one in the meter: %s",
		       ts_meter_error(d->meter));
	import_channels(d);
	ts_loop_look(d);
	ts_log(TS_LOG_INFO, "tsd %s: accounts adopted", TS_VERSION);
	d->unlock = ts_unlock_start(d->loop, config->key_file,
				    config->passphrase_file, on_unlocked, d);
	if (d->unlock)
		return 0;
	snprintf(err, err_size, "out of memory");
	return -ENOMEM;
}

/**
 * ts_daemon_stop() - write down what is to be written, let go
 * @d: the daemon, however far its start came
 *
 * The meter and the nftables tables stay: paid budgets go on.
 */
void ts_daemon_stop(struct ts_daemon *d)
{
	struct ts_time now;

	if (d->before_sleep.data)
		ts_loop_stop(d);
	if (d->billing) {
		ts_clock_now(&now);
		if (ts_billing_stop(d->billing, &now))
			ts_log(TS_LOG_ERROR, "stop: %s", ts_billing_error(d->billing));
	}
	ts_unlock_free(d->unlock);
	ts_watching_free(d->watching);
	ts_relaying_free(d->relaying);
	ts_opennds_free(d->opennds);
	ts_control_free(d->control);
	ts_mirrors_free(d->mirrors);
	ts_roams_free(d->roams);
	ts_carrier_free(d->carrier);
	ts_chain_free(d->chain);
	ts_discovery_free(d->discovery);
	ts_peers_free(d->peers);
	ts_udp_free(d->udp);
	ts_portal_free(d->portal);
	ts_neigh_free(d->neigh);
	if (d->billing)
		ts_billing_free(d->billing);
	if (d->ledger)
		ts_ledger_close(d->ledger);
	ts_gate_free(d->gate);
	json_decref(d->bypasses);
	if (d->meter)
		ts_meter_close(d->meter);
	ts_signer_free(d->key);
	ts_lock_release(d->lock_fd);
	ts_config_free(d->config);
}

static int take_over(struct ts_daemon *d, struct ts_config *new, char *err,
		     size_t err_size)
{
	struct ts_time now;
	int ret;

	ret = complete_billing(new, &d->address, err, err_size);
	if (ret)
		return ret;
	ts_clock_now(&now);
	ret = ts_billing_reload(d->billing, &new->billing, &now);
	if (ret) {
		snprintf(err, err_size, "%s", ts_billing_error(d->billing));
		return ret;
	}
	ret = ts_ports_claim(&d->ports, new, err, err_size);
	if (!ret)
		ret = ts_ports_look(&d->ports);
	if (!ret)
		ts_bypass_look(d);
	if (!ret && d->gate)
		ret = apply_gate(d, new, err, err_size);
	return ret;
}

/**
 * ts_daemon_reload() - read the configuration again and run with it
 * @d: the daemon
 * @err: on failure one line for people
 * @err_size: room in @err
 *
 * Return: 0, or negative errno and the daemon goes on as before.
 */
int ts_daemon_reload(struct ts_daemon *d, char *err, size_t err_size)
{
	struct ts_config *new = ts_config_load(d->config->path, err, err_size);
	const char *fixed;
	char unneeded[200];
	int ret;

	if (!new)
		return -EINVAL;
	fixed = ts_config_fixed(d->config, new);
	if (fixed) {
		snprintf(err, err_size, "%s: %s cannot change while tsd runs; restart it",
			 new->path, fixed);
		ts_config_free(new);
		return -EINVAL;
	}
	ret = take_over(d, new, err, err_size);
	if (ret) {
		/* Whatever was changed goes back; that configuration did work. */
		take_over(d, d->config, unneeded, sizeof(unneeded));
		ts_config_free(new);
		return ret;
	}
	ts_config_free(d->config);
	d->config = new;
	ts_log_setup(new->log_level, new->log_json);
	if (d->portal)
		ts_portal_rename(d->portal, new->name, new->venue_info_url);
	if (d->peers && ts_peers_set(d->peers, new->peers, new->n_peers))
		ts_log(TS_LOG_ERROR, "peers: out of memory; those of before stay");
	import_channels(d);
	ts_loop_look(d);
	return 0;
}
