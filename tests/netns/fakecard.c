// SPDX-License-Identifier: GPL-2.0
/*
 * fakecard.so - a network card that can do what none here can.
 *
 * Preloaded.  While the file that FAKE_CARD names is there, its "DEVICE FEATURE" is
 * what ethtool says to be switched on; all else is as it is.
 */
#include <dlfcn.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

typedef int ioctl_fn(int, unsigned long, ...);

/* Names that no kernel has more of. */
#define FEATURES_MAX 256

/* A command that answers into @buf, in place of the one that was asked. */
static int also_ask(ioctl_fn *real, int fd, struct ifreq *ifr, void *buf)
{
	void *asked = ifr->ifr_data;
	int ret;

	ifr->ifr_data = buf;
	ret = real(fd, SIOCETHTOOL, ifr);
	ifr->ifr_data = asked;
	return ret;
}

static int feature_number(ioctl_fn *real, int fd, struct ifreq *ifr, const char *name)
{
	static union {
		struct ethtool_gstrings s;
		char room[sizeof(struct ethtool_gstrings) + FEATURES_MAX * ETH_GSTRING_LEN];
	} u;
	union {
		struct ethtool_sset_info info;
		char room[sizeof(struct ethtool_sset_info) + sizeof(uint32_t)];
	} count = { .info = { .cmd = ETHTOOL_GSSET_INFO,
			      .sset_mask = 1ull << ETH_SS_FEATURES } };
	int i;

	if (also_ask(real, fd, ifr, &count) || count.info.data[0] > FEATURES_MAX)
		return -1;
	u.s = (struct ethtool_gstrings){ .cmd = ETHTOOL_GSTRINGS,
		.string_set = ETH_SS_FEATURES, .len = count.info.data[0] };
	if (also_ask(real, fd, ifr, &u))
		return -1;
	for (i = 0; i < (int)u.s.len; i++)
		if (!strncmp((char *)u.s.data + i * ETH_GSTRING_LEN, name, ETH_GSTRING_LEN))
			return i;
	return -1;
}

static void pretend(ioctl_fn *real, int fd, struct ifreq *ifr)
{
	struct ethtool_gfeatures *set = (void *)ifr->ifr_data;
	const char *path = getenv("FAKE_CARD");
	char device[IFNAMSIZ], feature[ETH_GSTRING_LEN];
	FILE *f = path ? fopen(path, "re") : NULL;
	int n;

	if (!f)
		return;
	if (fscanf(f, "%15s %31s", device, feature) == 2 &&
	    !strncmp(ifr->ifr_name, device, IFNAMSIZ)) {
		n = feature_number(real, fd, ifr, feature);
		if (n >= 0 && n / 32 < (int)set->size)
			set->features[n / 32].active |= 1u << n % 32;
	}
	fclose(f);
}

int ioctl(int fd, unsigned long request, ...)
{
	static ioctl_fn *real;
	struct ifreq *ifr;
	va_list args;
	void *arg;
	int ret;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	if (!real)
		real = (ioctl_fn *)dlsym(RTLD_NEXT, "ioctl");
	ret = real(fd, request, arg);
	if (ret || request != SIOCETHTOOL)
		return ret;
	ifr = arg;
	if (*(uint32_t *)ifr->ifr_data == ETHTOOL_GFEATURES)
		pretend(real, fd, ifr);
	return 0;
}
