/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One meter interface, two drivers.
 *
 * "bpf" keeps the client ledger in pinned BPF maps and meters ports with XDP
 * or tc programs; "genl" speaks generic netlink to tokenswitch.ko, which
 * meters ports with netfilter hooks.  Both behave the same: the words, limits
 * and errors are those of include/uapi/linux/tokenswitch.h.
 *
 * A meter belongs to the network namespace of the thread that opened it.  It
 * is not thread-safe.  Functions return 0 or a negative errno; after an error
 * ts_meter_error() says what is wrong and what to do, in one line.
 */
#ifndef TS_LIB_METER_H
#define TS_LIB_METER_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/tokenswitch.h>

/** struct ts_key - a station: VLAN 0 is untagged; see ts_zone_of_name() */
struct ts_key {
	uint8_t mac[6];
	uint16_t vlan;
	uint32_t zone;
};

/** struct ts_stat - counters of one class and direction since the epoch began */
struct ts_stat {
	uint64_t bytes;
	uint64_t packets;
	uint64_t units;
	uint64_t dropped_bytes;
	uint64_t dropped_packets;
};

/**
 * struct ts_account - one metered party
 * @id: 1..TS_ACCOUNT_ID_MAX; 0 asks ts_meter_account_set() for a new one
 * @epoch: life of this id; with an @id, ts_meter_account_set() wants it to match
 * @kind: enum ts_kind
 * @flags: enum ts_account_flags
 * @tariff_id: which prices
 * @keys: its stations or radios
 * @n_keys: how many
 * @granted_units: cumulative; not written by ts_meter_account_set()
 * @charged_units: cumulative, at most @granted_units
 * @revoked_units: cumulative, of @charged_units
 * @low_units: raise the low event when less is left; 0: never
 * @expires_s: seconds from now; 0: never
 * @idle_ms: since its last frame, accurate to a second
 * @stats: [class][direction]
 */
struct ts_account {
	uint32_t id;
	uint32_t epoch;
	uint8_t kind;
	uint32_t flags;
	uint32_t tariff_id;
	struct ts_key keys[TS_KEYS_MAX];
	unsigned int n_keys;
	uint64_t granted_units;
	uint64_t charged_units;
	uint64_t revoked_units;
	uint64_t low_units;
	uint32_t expires_s;
	uint64_t idle_ms;
	struct ts_stat stats[TS_CLASS_COUNT][TS_DIR_COUNT];
};

/** struct ts_tariff - credit units per byte, each 0..TS_PRICE_MAX */
struct ts_tariff {
	uint32_t id;
	uint32_t version;
	uint16_t price[TS_CLASS_COUNT][TS_DIR_COUNT];
};

/**
 * struct ts_rule - a rule of the classifier, see enum ts_rule_attr
 * @proto: 0 makes it a prefix rule, else a service rule of class free
 * @family: AF_INET, AF_INET6; 0 in a service rule: any address of the box
 * @ends_here: of a service rule: it passes on nothing that it is asked
 */
struct ts_rule {
	uint8_t class;
	bool ends_here;
	uint8_t family;
	uint8_t prefix_len;
	uint8_t proto;
	uint16_t port;
	uint8_t addr[16];
};

/**
 * struct ts_port - an interface with a role
 * @pattern: device name or prefix followed by '*'
 * @ifname: the attached device; empty while none matches
 * @ifindex: likewise, 0
 * @lower: empty; else @ifname is no port, for it stands on this device (as a
 *	VLAN on it), which is claimed and meters the frames of both
 * @role: enum ts_role
 * @meter: enum ts_meter_kind; what is used, or TS_METER_AUTO in requests
 * @direction: enum ts_direction
 * @zone: 0 in requests: derived from the bridge or port name
 * @mark_mask: bits of the packet mark; 0 in requests: the default
 * @fast_from: upstream device of the fast path; empty: there is none
 * @fast: the fast path is taken now
 * @fast_reason: why it is not, for people
 * @reason: why this meter was chosen, for people
 * @free_bytes: class free
 * @group_bytes: group-addressed, never billed
 * @passed_bytes: billed
 * @drops: packets, by enum ts_drop
 */
struct ts_port {
	char pattern[TS_PATTERN_LEN];
	char ifname[IFNAMSIZ];
	uint32_t ifindex;
	char lower[IFNAMSIZ];
	uint8_t role;
	uint8_t meter;
	uint8_t direction;
	uint32_t zone;
	uint32_t mark_mask;
	char fast_from[IFNAMSIZ];
	bool fast;
	char fast_reason[192];
	char reason[96];
	uint64_t free_bytes;
	uint64_t group_bytes;
	uint64_t passed_bytes;
	uint64_t drops[TS_DROP_COUNT];
};

/** struct ts_stranger - a station seen without an account */
struct ts_stranger {
	struct ts_key key;
	uint32_t ifindex;
	uint64_t idle_ms;
};

/** struct ts_count - bytes and packets of one kind */
struct ts_count {
	uint64_t bytes;
	uint64_t packets;
};

/**
 * struct ts_mesh - a claim on mesh devices of batman-adv, see MESH in the uapi
 * @pattern: name of the mesh device, or prefix followed by '*'
 * @payer_rule: enum ts_payer_rule
 * @flags: enum ts_mesh_flags
 * @zone: of its neighbours; 0 in requests: derived from the mesh device's name
 * @mesh_ifname: the mesh device; empty while none matches
 * @mesh_ifindex: likewise, 0
 * @ifname: a lower device of it; empty while it has none
 * @ifindex: likewise, 0
 * @reason: why @mesh_ifname is not claimed; empty when it is
 * @gateway_generation: of the gateways in force, 0: none came yet
 * @route_generation: of the routes in force, likewise
 * @counts: of all neighbours on @ifname, by enum ts_neighbour_count
 * @unrouted_bytes: passed unbilled for want of a route
 * @guessed_bytes: of fragments whose source was guessed
 * @coded_packets: of network coding, dropped
 * @unparsed_packets: not understood, left to batman-adv
 * @drops: packets, by enum ts_drop
 */
struct ts_mesh {
	char pattern[TS_PATTERN_LEN];
	uint8_t payer_rule;
	uint32_t flags;
	uint32_t zone;
	char mesh_ifname[IFNAMSIZ];
	uint32_t mesh_ifindex;
	char ifname[IFNAMSIZ];
	uint32_t ifindex;
	char reason[64];
	uint64_t gateway_generation;
	uint64_t route_generation;
	struct ts_count counts[TS_NEIGHBOUR_COUNT];
	uint64_t unrouted_bytes;
	uint64_t guessed_bytes;
	uint64_t coded_packets;
	uint64_t unparsed_packets;
	uint64_t drops[TS_DROP_COUNT];
};

/** struct ts_route - who pays for what comes from a gateway; id 0: nobody can */
struct ts_route {
	uint8_t originator[6];
	uint32_t account_id;
	uint32_t epoch;
};

/**
 * struct ts_originator - a destination of what a mesh relays
 * @pattern: whose mesh
 * @mac: the destination
 * @known: it is in the tables of gateways and routes, or was
 * @gateway: it is a gateway
 * @routed: it has a route
 * @account_id: of its route, 0: that has no account
 * @epoch: of the account
 * @counts: by enum ts_originator_count
 */
struct ts_originator {
	char pattern[TS_PATTERN_LEN];
	uint8_t mac[6];
	bool known;
	bool gateway;
	bool routed;
	uint32_t account_id;
	uint32_t epoch;
	struct ts_count counts[TS_ORIGINATOR_COUNT];
};

/**
 * struct ts_neighbour - a previous hop
 * @key: its outer MAC, in the zone of the mesh
 * @account_id: whose it is, 0: nobody's
 * @epoch: of the account
 * @ifindex: lower device on which it was heard last, 0: none
 * @idle_ms: since it was heard
 * @counts: by enum ts_neighbour_count, since the MAC came to its account
 */
struct ts_neighbour {
	struct ts_key key;
	uint32_t account_id;
	uint32_t epoch;
	uint32_t ifindex;
	uint64_t idle_ms;
	struct ts_count counts[TS_NEIGHBOUR_COUNT];
};

/** struct ts_meter_event - see enum ts_event_type for which members are set */
struct ts_meter_event {
	uint8_t type;
	uint64_t time_ns;
	uint32_t account_id;
	uint32_t epoch;
	uint64_t granted_units;
	uint64_t charged_units;
	uint64_t units;
	struct ts_key key;
	uint32_t ifindex;
	char ifname[IFNAMSIZ];
	char pattern[TS_PATTERN_LEN];
	uint32_t owner_pid;
};

/**
 * struct ts_meter_info - what "tsctl status" shows
 * @driver: "bpf" or "genl"
 * @reason: why this driver, for people
 */
struct ts_meter_info {
	const char *driver;
	const char *reason;
	char version[32];
	uint32_t caps;
	uint64_t memory_bytes;
	uint64_t memory_max_bytes;
	uint32_t accounts;
	uint32_t accounts_max;
	uint32_t owner_pid;
};

struct ts_meter;

/**
 * ts_meter_open() - open the meter of this network namespace
 * @driver: "bpf", "genl", or NULL: bpf when its maps are pinned here already,
 *	else genl when the module is loaded, else bpf
 * @create: for bpf: make and pin the maps when there are none yet (they
 *	outlive the process); without it a missing meter is -ENOENT
 * @meter: set on success; closed with ts_meter_close()
 * @err: on failure, one line for people
 * @err_size: room in @err
 *
 * Return: 0, -ENOENT: no meter here, -EPERM, -EPROTO: pinned by a version of
 * TokenSwitch that this one cannot adopt, -EBUSY: the other driver is at work
 * here, or another negative errno.
 */
int ts_meter_open(const char *driver, bool create, struct ts_meter **meter,
		  char *err, size_t err_size);
/** ts_meter_close() - give up ownership and free @m; ports go on being metered */
void ts_meter_close(struct ts_meter *m);
/** ts_meter_error() - Return: what was wrong last, one line for people, owned by @m */
const char *ts_meter_error(const struct ts_meter *m);

/**
 * ts_meter_own() - become the one writer, until the meter is closed
 *
 * Return: 0, or -EBUSY: another process owns it, named in ts_meter_error().
 */
int ts_meter_own(struct ts_meter *m);

/** ts_meter_destroy() - detach all ports, delete accounts, unpin (bpf) */
int ts_meter_destroy(struct ts_meter *m);

/*
 * What follows returns 0 or a negative errno, with a line in ts_meter_error();
 * what writes, also -EBUSY: another process owns the meter.
 */

/** ts_meter_info() - driver, limits, owner; Return: 0 or negative errno */
int ts_meter_info(struct ts_meter *m, struct ts_meter_info *info);

/**
 * ts_meter_port_add() - meter every present and future device of a pattern
 * @port: pattern, role, meter, direction, zone (0: from the name of the bridge or
 *	the port), mark_mask (0: TS_MARK_MASK_DEFAULT) and fast_from are read
 *
 * Return: 0, -EEXIST: there is such a pattern, -EBUSY: owned, or a device has
 * another meter, -ENOSPC: too many, -EOPNOTSUPP: not on this driver or kernel, or
 * another negative errno.
 */
int ts_meter_port_add(struct ts_meter *m, const struct ts_port *port);
/** ts_meter_port_del() - stop metering; Return: 0, -ENOENT: no such pattern, -EBUSY */
int ts_meter_port_del(struct ts_meter *m, const char *pattern);
/*
 * Dump callbacks: a non-zero return ends the dump and is returned.  Ports come
 * first, then what stands on them (@lower).
 */
int ts_meter_port_dump(struct ts_meter *m,
		       int (*cb)(const struct ts_port *port, void *arg), void *arg);

/**
 * ts_meter_account_set() - make or change an account
 * @a: id 0 makes one; on success filled in as by ts_meter_account_get()
 *
 * Return: 0, -EEXIST: a key belongs to another account, -ESTALE: other epoch,
 * -ENOSPC: table full, -ENOENT: no such account or tariff.
 */
int ts_meter_account_set(struct ts_meter *m, struct ts_account *a);
/**
 * ts_meter_account_del() - delete an account with nothing unspent
 *
 * Return: 0, -ENOENT, -ESTALE: another epoch, -EBUSY: units are left, see
 * ts_meter_close_account(), or owned.
 */
int ts_meter_account_del(struct ts_meter *m, uint32_t id, uint32_t epoch);
/** ts_meter_account_get() - read an account by its id; Return: 0 or -ENOENT */
int ts_meter_account_get(struct ts_meter *m, uint32_t id, struct ts_account *a);
/** ts_meter_account_find() - read the account of a station; Return: 0 or -ENOENT */
int ts_meter_account_find(struct ts_meter *m, const struct ts_key *key,
			  struct ts_account *a);
int ts_meter_account_dump(struct ts_meter *m,
			  int (*cb)(const struct ts_account *a, void *arg),
			  void *arg);

/**
 * ts_meter_grant() - raise an account's granted value
 * @granted_units: new cumulative value; a lower or equal one changes nothing
 *
 * Return: 0, -ESTALE: another epoch, -ENOENT.
 */
int ts_meter_grant(struct ts_meter *m, uint32_t id, uint32_t epoch,
		   uint64_t granted_units);
/**
 * ts_meter_revoke() - take back at most @max_units of what is unspent
 * @taken_units: set to what was taken
 *
 * Return: 0, -ENOENT, -ESTALE: another epoch, -EBUSY.
 */
int ts_meter_revoke(struct ts_meter *m, uint32_t id, uint32_t epoch,
		    uint64_t max_units, uint64_t *taken_units);
/**
 * struct ts_closing - one of the accounts that are closed together
 * @id: which
 * @epoch: its life
 * @err: set: 0 or negative errno; then nothing was done to this one
 * @taken_units: set to what was taken
 * @last: set: final counters
 */
struct ts_closing {
	uint32_t id;
	uint32_t epoch;
	int err;
	uint64_t taken_units;
	struct ts_account last;
};

/**
 * ts_meter_close_accounts() - forbid, take all that is unspent, delete
 * @c: the accounts; each is closed or refused for itself
 * @n: how many
 *
 * bpf: all are forbidden and unlinked, then one grace period goes by for all,
 * then their counters are final; so many cost hardly more time than one.
 *
 * Return: 0, or @err of the first one that was refused; ts_meter_error() is
 * about the last.
 */
int ts_meter_close_accounts(struct ts_meter *m, struct ts_closing *c, size_t n);
/**
 * ts_meter_close_account() - one of them
 * @last: final counters
 * @taken_units: set to what was taken
 *
 * Return: 0, -ENOENT, -ESTALE: another epoch, -EBUSY.
 */
int ts_meter_close_account(struct ts_meter *m, uint32_t id, uint32_t epoch,
			   struct ts_account *last, uint64_t *taken_units);

/**
 * ts_meter_tariff_set() - make or change a tariff; accounts on it follow at once
 * @t: prices in credit units per byte, 0 to TS_PRICE_MAX
 *
 * Return: 0, -ERANGE or -EINVAL: a price or id out of range, -ENOSPC: too many,
 * -EBUSY: owned.
 */
int ts_meter_tariff_set(struct ts_meter *m, const struct ts_tariff *t);
/** ts_meter_tariff_del() - Return: 0, -ENOENT, -EBUSY: an account is on it, or owned */
int ts_meter_tariff_del(struct ts_meter *m, uint32_t id);
int ts_meter_tariff_dump(struct ts_meter *m,
			 int (*cb)(const struct ts_tariff *t, void *arg), void *arg);

/** ts_meter_rule_add() - Return: 0, -EEXIST, -ENOSPC: the table is full, -EINVAL, -EBUSY */
int ts_meter_rule_add(struct ts_meter *m, const struct ts_rule *rule);
/** ts_meter_rule_del() - Return: 0, -ENOENT: no such rule, -EBUSY */
int ts_meter_rule_del(struct ts_meter *m, const struct ts_rule *rule);
int ts_meter_rule_dump(struct ts_meter *m,
		       int (*cb)(const struct ts_rule *rule, void *arg), void *arg);

/** ts_meter_stranger_dump() - stations seen lately that have no account; bounded */
int ts_meter_stranger_dump(struct ts_meter *m,
			   int (*cb)(const struct ts_stranger *s, void *arg),
			   void *arg);

/*
 * Meshes are metered by the module alone: with driver bpf what follows is
 * -EOPNOTSUPP.
 */

/**
 * ts_meter_mesh_add() - meter every present and future lower device of a mesh
 * @mesh: pattern, payer_rule, flags and zone are read
 *
 * Return: 0, -EEXIST: there is such a pattern, -EBUSY: owned, or a device is an
 * access port or another mesh's, -EOPNOTSUPP: not on this driver or kernel.
 */
int ts_meter_mesh_add(struct ts_meter *m, const struct ts_mesh *mesh);
/** ts_meter_mesh_del() - stop metering it; Return: 0, -ENOENT, -EBUSY */
int ts_meter_mesh_del(struct ts_meter *m, const char *pattern);
int ts_meter_mesh_dump(struct ts_meter *m,
		       int (*cb)(const struct ts_mesh *mesh, void *arg), void *arg);

/**
 * ts_meter_gateways_set() - replace the gateways of a mesh, and who is behind them
 * @pattern: of the mesh, as it was added
 * @generation: 1 or more; at least that of the lists in force
 * @gateways: originators, at most TS_GATEWAYS_MAX
 * @behind: MACs, at most TS_BEHIND_MAX
 *
 * Return: 0, -ENOENT: no such mesh, -ESTALE: a higher generation is in force.
 */
int ts_meter_gateways_set(struct ts_meter *m, const char *pattern, uint64_t generation,
			  const uint8_t (*gateways)[6], size_t n_gateways,
			  const uint8_t (*behind)[6], size_t n_behind);
/**
 * ts_meter_routes_set() - replace the routes of a mesh, at once
 * @routes: at most TS_ROUTES_MAX
 *
 * Return: as ts_meter_gateways_set(); -ENOENT, -ESTALE: also an account that is
 * gone, -EEXIST: two routes to one originator.  Then the old ones are in force.
 */
int ts_meter_routes_set(struct ts_meter *m, const char *pattern, uint64_t generation,
			const struct ts_route *routes, size_t n_routes);
int ts_meter_originator_dump(struct ts_meter *m,
			     int (*cb)(const struct ts_originator *o, void *arg),
			     void *arg);
int ts_meter_neighbour_dump(struct ts_meter *m,
			    int (*cb)(const struct ts_neighbour *n, void *arg),
			    void *arg);

/**
 * ts_meter_event_fd() - a descriptor that polls readable when events wait
 *
 * Owned by the meter.  Return: descriptor or negative errno; bpf: -EBUSY while
 * another process owns the meter, since its rings have one reader.
 */
int ts_meter_event_fd(struct ts_meter *m);
/**
 * ts_meter_event_read() - hand every waiting event to @cb, without blocking
 *
 * Return: number of events; -ENOBUFS: events were lost, so look at every
 * account and port again (nothing else was lost).
 */
int ts_meter_event_read(struct ts_meter *m,
			void (*cb)(const struct ts_meter_event *ev, void *arg),
			void *arg);

/**
 * ts_meter_maintain() - watch links and put missing meters back
 *
 * bpf: devices that came, went, or lost their programs, and pins that somebody
 * removed from under the owner; to be called when ts_meter_event_fd() is
 * readable (it covers all these) and once a second.  genl: the module follows
 * devices itself; whether it is still there, and still this owner's.
 *
 * Return: 0; 1: the pins had been removed and are back, and ts_meter_error()
 * says so; -ENOTCONN: the meter is gone, see ts_meter_renew(); or negative errno
 * of the worst port, the rest having been done.
 */
int ts_meter_maintain(struct ts_meter *m);

/**
 * ts_meter_renew() - own the meter again after -ENOTCONN
 *
 * genl: the module was unloaded, so all ports, tariffs, rules and accounts are
 * gone.  The descriptor of ts_meter_event_fd() is another afterwards.
 *
 * Return: 0; -ENOTCONN: it is not loaded yet; -EBUSY: another owns it; or another
 * negative errno.
 */
int ts_meter_renew(struct ts_meter *m);

#endif /* TS_LIB_METER_H */
