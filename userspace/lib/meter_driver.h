/* SPDX-License-Identifier: GPL-2.0 */
/* What a driver implements; only meter*.c of this folder include it. */
#ifndef TS_LIB_METER_DRIVER_H
#define TS_LIB_METER_DRIVER_H

#include <stdarg.h>
#include "lib/meter.h"

/**
 * struct ts_meter_ops - a driver; semantics as the functions of meter.h
 * @probe: Return: 0 when this driver has a meter in this namespace,
 *	-ENOENT when it has none, or why it cannot have one
 * @close_accounts: Return: 0 when each @err is set; else an error of the meter
 *	itself, after which those that were not closed have it as their @err
 * @mesh_add: NULL: this driver meters no mesh; then so are all up to
 *	@neighbour_dump
 * @renew: NULL: this driver's meter does not go away
 */
struct ts_meter_ops {
	const char *name;
	int (*probe)(void);
	int (*open)(bool create, struct ts_meter **m, char *err, size_t err_size);
	void (*close)(struct ts_meter *m);
	int (*own)(struct ts_meter *m);
	int (*destroy)(struct ts_meter *m);
	int (*info)(struct ts_meter *m, struct ts_meter_info *info);
	int (*port_add)(struct ts_meter *m, const struct ts_port *port);
	int (*port_del)(struct ts_meter *m, const char *pattern);
	int (*port_dump)(struct ts_meter *m,
			 int (*cb)(const struct ts_port *, void *), void *arg);
	int (*account_set)(struct ts_meter *m, struct ts_account *a);
	int (*account_del)(struct ts_meter *m, uint32_t id, uint32_t epoch);
	int (*account_get)(struct ts_meter *m, uint32_t id, struct ts_account *a);
	int (*account_find)(struct ts_meter *m, const struct ts_key *key,
			    struct ts_account *a);
	int (*account_dump)(struct ts_meter *m,
			    int (*cb)(const struct ts_account *, void *), void *arg);
	int (*grant)(struct ts_meter *m, uint32_t id, uint32_t epoch,
		     uint64_t granted_units);
	int (*revoke)(struct ts_meter *m, uint32_t id, uint32_t epoch,
		      uint64_t max_units, uint64_t *taken_units);
	int (*close_accounts)(struct ts_meter *m, struct ts_closing *c, size_t n);
	int (*tariff_set)(struct ts_meter *m, const struct ts_tariff *t);
	int (*tariff_del)(struct ts_meter *m, uint32_t id);
	int (*tariff_dump)(struct ts_meter *m,
			   int (*cb)(const struct ts_tariff *, void *), void *arg);
	int (*rule_add)(struct ts_meter *m, const struct ts_rule *rule);
	int (*rule_del)(struct ts_meter *m, const struct ts_rule *rule);
	int (*rule_dump)(struct ts_meter *m,
			 int (*cb)(const struct ts_rule *, void *), void *arg);
	int (*stranger_dump)(struct ts_meter *m,
			     int (*cb)(const struct ts_stranger *, void *),
			     void *arg);
	int (*mesh_add)(struct ts_meter *m, const struct ts_mesh *mesh);
	int (*mesh_del)(struct ts_meter *m, const char *pattern);
	int (*mesh_dump)(struct ts_meter *m,
			 int (*cb)(const struct ts_mesh *, void *), void *arg);
	int (*gateways_set)(struct ts_meter *m, const char *pattern, uint64_t generation,
			    const uint8_t (*gateways)[6], size_t n_gateways,
			    const uint8_t (*behind)[6], size_t n_behind);
	int (*routes_set)(struct ts_meter *m, const char *pattern, uint64_t generation,
			  const struct ts_route *routes, size_t n_routes);
	int (*originator_dump)(struct ts_meter *m,
			       int (*cb)(const struct ts_originator *, void *), void *arg);
	int (*neighbour_dump)(struct ts_meter *m,
			      int (*cb)(const struct ts_neighbour *, void *), void *arg);
	int (*event_fd)(struct ts_meter *m);
	int (*event_read)(struct ts_meter *m,
			  void (*cb)(const struct ts_meter_event *, void *),
			  void *arg);
	int (*maintain)(struct ts_meter *m);
	int (*renew)(struct ts_meter *m);
};

/**
 * struct ts_meter - base of each driver's own structure (first member)
 * @ops: the driver
 * @reason: why this driver, for people
 * @error: the last error, for people
 */
struct ts_meter {
	const struct ts_meter_ops *ops;
	const char *reason;
	char error[256];
};

extern const struct ts_meter_ops ts_meter_bpf_ops;
extern const struct ts_meter_ops ts_meter_genl_ops;

/** ts_meter_fail() - note what is wrong; Return: @err, negative errno */
int ts_meter_fail(struct ts_meter *m, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** ts_meter_check_pattern() - Return: 0, or -EINVAL: no device name or prefix */
int ts_meter_check_pattern(struct ts_meter *m, const char *pattern);

/** ts_meter_fail_owned() - name the owner, @pid 0: unseen; Return: -EBUSY */
int ts_meter_fail_owned(struct ts_meter *m, uint32_t pid);

#endif /* TS_LIB_METER_DRIVER_H */
