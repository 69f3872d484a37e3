// SPDX-License-Identifier: GPL-2.0
/*
 * A hook that lets every frame pass, at the places where the module has its own:
 * what a meter is compared with, so that what is counted is the meter, and not
 * that the kernel calls somebody.  For the test VM; nobody installs it.
 *
 * "insmod empty_hook.ko devices=a0,b0": on these devices of the namespace of who
 * loads it, in both directions, until it is unloaded.  A device that is to go
 * waits for that.
 */

#include <linux/err.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <net/net_namespace.h>

#define DEVICES_MAX 8

static char *devices[DEVICES_MAX];
static unsigned int n_devices;
module_param_array(devices, charp, &n_devices, 0);
MODULE_PARM_DESC(devices, "names");

static struct nf_hook_ops hooks[2 * DEVICES_MAX];
static unsigned int n_hooks;
static struct net *net;

static unsigned int empty_hook(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	return NF_ACCEPT;
}

static void unhook(void)
{
	unsigned int i;

	nf_unregister_net_hooks(net, hooks, n_hooks);
	for (i = 0; i < n_hooks; i += 2)
		dev_put(hooks[i].dev);
	put_net(net);
}

/* The priorities are those of kmod/port.c. */
static int hook_device(const char *name)
{
	struct nf_hook_ops *ops = &hooks[n_hooks];
	struct net_device *dev = dev_get_by_name(net, name);
	int err;

	if (!dev) {
		pr_err("empty_hook: no device %s\n", name);
		return -ENODEV;
	}
	ops[0] = (struct nf_hook_ops) {
		.hook = empty_hook,
		.dev = dev,
		.pf = NFPROTO_NETDEV,
		.hooknum = NF_NETDEV_INGRESS,
		.priority = INT_MIN + 100,
	};
	ops[1] = ops[0];
	ops[1].hooknum = NF_NETDEV_EGRESS;
	ops[1].priority = INT_MAX - 100;
	err = nf_register_net_hooks(net, ops, 2);
	if (err) {
		dev_put(dev);
		return err;
	}
	n_hooks += 2;
	return 0;
}

static int __init empty_hook_init(void)
{
	unsigned int i;
	int err = 0;

	net = get_net(current->nsproxy->net_ns);
	for (i = 0; i < n_devices && !err; i++)
		err = hook_device(devices[i]);
	if (err)
		unhook();
	return err;
}

module_init(empty_hook_init);
module_exit(unhook);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A netfilter hook that does nothing, for benchmarks");
