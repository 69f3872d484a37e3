// SPDX-License-Identifier: GPL-2.0
/*
 * probe.c - what operating systems and browsers ask, to see whether they are in
 * the internet, and what they are answered there.
 *
 * Only what the kernel has redirected, or a resolver sent to us, arrives here:
 * probes of who has paid go to the internet like everything else.
 */
#include <string.h>
#include <strings.h>

#include "portal/private.h"

/**
 * struct ts_probe - one question
 * @host: asked of it alone; NULL: makers have many names for the same path
 * @path: asked
 * @status: of the answer
 * @type: of the body
 * @body: text
 */
struct ts_probe {
	const char *host;
	const char *path;
	unsigned int status;
	const char *type;
	const char *body;
};

#define HTML "text/html; charset=utf-8"
#define TEXT "text/plain; charset=utf-8"
#define APPLE "<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>\n"
#define MANAGER "NetworkManager is online\n"

static const struct ts_probe probes[] = {
	/* Android, Chrome */
	{ NULL, "/generate_204", MHD_HTTP_NO_CONTENT, NULL, "" },
	{ NULL, "/gen_204", MHD_HTTP_NO_CONTENT, NULL, "" },
	/* Apple */
	{ NULL, "/hotspot-detect.html", MHD_HTTP_OK, HTML, APPLE },
	{ NULL, "/library/test/success.html", MHD_HTTP_OK, HTML, APPLE },
	/* Windows */
	{ NULL, "/connecttest.txt", MHD_HTTP_OK, TEXT, "Microsoft Connect Test" },
	{ NULL, "/ncsi.txt", MHD_HTTP_OK, TEXT, "Microsoft NCSI" },
	/* Firefox */
	{ NULL, "/success.txt", MHD_HTTP_OK, TEXT, "success\n" },
	{ NULL, "/canonical.html", MHD_HTTP_OK, HTML,
	  "<meta http-equiv=\"refresh\" content=\"0;url=https://support.mozilla.org/kb/captive-portal\"/>" },
	/* NetworkManager, as GNOME, Debian, Arch, Fedora, Ubuntu and SUSE set it up */
	{ NULL, "/check_network_status.txt", MHD_HTTP_OK, TEXT, MANAGER },
	{ "network-test.debian.org", "/nm", MHD_HTTP_OK, TEXT, MANAGER },
	{ NULL, "/nm-check.txt", MHD_HTTP_OK, TEXT, MANAGER },
	{ NULL, "/static/hotspot.txt", MHD_HTTP_OK, TEXT, "OK" },
	{ "connectivity-check.ubuntu.com", "/", MHD_HTTP_NO_CONTENT, NULL, "" },
	{ "conncheck.opensuse.org", "/", MHD_HTTP_OK, TEXT, MANAGER },
};

static bool is_host(const char *host, const char *wanted)
{
	size_t n = strlen(wanted);

	return host && !strncasecmp(host, wanted, n) &&
	       (!host[n] || host[n] == ':' || host[n] == '.');
}

/**
 * ts_probe_find() - is it one of these questions?
 * @host: the Host header; NULL: none
 * @url: path
 *
 * Return: which, or NULL.
 */
const struct ts_probe *ts_probe_find(const char *host, const char *url)
{
	const struct ts_probe *probe = probes;

	for (; probe < probes + sizeof(probes) / sizeof(probes[0]); probe++)
		if (!strcmp(url, probe->path) &&
		    (!probe->host || is_host(host, probe->host)))
			return probe;
	return NULL;
}

/** ts_probe_answer() - as in the internet; Return: for libmicrohttpd */
enum MHD_Result ts_probe_answer(struct ts_portal *p, struct MHD_Connection *c,
				const struct ts_probe *probe)
{
	struct MHD_Response *r;

	r = MHD_create_response_from_buffer(strlen(probe->body), (void *)probe->body,
					    MHD_RESPMEM_PERSISTENT);
	if (!r)
		return MHD_NO;
	if (probe->type)
		MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, probe->type);
	MHD_add_response_header(r, "X-NetworkManager-Status", "online");
	/* Later packets of this connection are the client's own affair again. */
	MHD_add_response_header(r, MHD_HTTP_HEADER_CONNECTION, "close");
	return ts_answer(p, c, probe->status, r);
}
