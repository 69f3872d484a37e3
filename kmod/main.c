// SPDX-License-Identifier: GPL-2.0
/* tokenswitch.ko: what it consists of, in order of dependence. */

#include <linux/init.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/tokenswitch.h>
#include <net/genetlink.h>
#include "event.h"
#include "mesh.h"
#include "net.h"
#include "netlink.h"
#include "port.h"
#include "selftest/selftest.h"

static int __init ts_init(void)
{
	int err;

	err = ts_selftest_run();
	if (err)
		return err;
	err = ts_net_init();
	if (err)
		return err;
	err = ts_port_init();
	if (err)
		goto err_net;
	err = ts_mesh_init();
	if (err)
		goto err_port;
	err = ts_netlink_owner_init();
	if (err)
		goto err_mesh;
	err = ts_netlink_init();
	if (err)
		goto err_owner;
	ts_event_open();
	pr_info("tokenswitch " TS_MODULE_VERSION " loaded\n");
	return 0;

err_owner:
	ts_netlink_owner_exit();
err_mesh:
	ts_mesh_exit();
err_port:
	ts_port_exit();
err_net:
	ts_net_exit();
	rcu_barrier();
	return err;
}

static void __exit ts_exit(void)
{
	ts_event_shut();
	/* No command adds a port any more ... */
	ts_netlink_exit();
	ts_netlink_owner_exit();
	/* ... then no frame comes in through one ... */
	ts_mesh_exit();
	ts_port_exit();
	ts_net_exit();
	/* ... then what waits to be freed is freed while our code is there. */
	rcu_barrier();
}

module_init(ts_init);
module_exit(ts_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("TokenSwitch: token-metered forwarding");
MODULE_AUTHOR("The TokenSwitch developers");
MODULE_VERSION(TS_MODULE_VERSION);
MODULE_ALIAS_GENL_FAMILY(TS_GENL_NAME);
