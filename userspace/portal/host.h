/* SPDX-License-Identifier: GPL-2.0 */
/* host.h - whom a request names; also the admin page asks. */
#ifndef TS_PORTAL_HOST_H
#define TS_PORTAL_HOST_H

#include <microhttpd.h>
#include <stdbool.h>

#include "portal/portal.h"

bool ts_host_is_of(const char (*names)[TS_PORTAL_NAME_SIZE], unsigned int n_names,
		   struct MHD_Connection *c, const char *host);

#endif /* TS_PORTAL_HOST_H */
