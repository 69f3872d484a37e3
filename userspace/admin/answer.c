// SPDX-License-Identifier: GPL-2.0
/* answer.c - responses, and what each of them forbids the browser. */
#include <stdlib.h>
#include <string.h>

#include "admin/private.h"
#include "admin_files.h"

/* Nothing from elsewhere, nothing inline, no script at all, in nobody's frame. */
#define POLICY "default-src 'none'; style-src 'self'; img-src 'self'; " \
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

static void harden(struct MHD_Response *r)
{
	MHD_add_response_header(r, "Content-Security-Policy", POLICY);
	MHD_add_response_header(r, "X-Content-Type-Options", "nosniff");
	MHD_add_response_header(r, "Cross-Origin-Opener-Policy", "same-origin");
	MHD_add_response_header(r, "Cross-Origin-Resource-Policy", "same-origin");
	/* Not "no-referrer": with it browsers hide the Origin of our forms. */
	MHD_add_response_header(r, "Referrer-Policy", "same-origin");
	if (!MHD_get_response_header(r, MHD_HTTP_HEADER_CACHE_CONTROL))
		MHD_add_response_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
}

static enum MHD_Result queue(struct MHD_Connection *c, unsigned int status,
			     struct MHD_Response *r)
{
	enum MHD_Result ret;

	harden(r);
	ret = MHD_queue_response(c, status, r);
	MHD_destroy_response(r);
	return ret;
}

/**
 * ts_admin_answer() - answer with a text
 * @c: the connection
 * @status: HTTP's
 * @type: media type
 * @text: malloc()ed; taken over; NULL: out of memory
 * @len: of it
 */
enum MHD_Result ts_admin_answer(struct MHD_Connection *c, unsigned int status,
				const char *type, char *text, size_t len)
{
	struct MHD_Response *r;

	if (!text)
		return MHD_NO;
	r = MHD_create_response_from_buffer(len, text, MHD_RESPMEM_MUST_FREE);
	if (!r) {
		free(text);
		return MHD_NO;
	}
	MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	if (status == MHD_HTTP_UNAUTHORIZED)
		MHD_add_response_header(r, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer");
	return queue(c, status, r);
}

/** ts_admin_text() - answer with a line for people */
enum MHD_Result ts_admin_text(struct MHD_Connection *c, unsigned int status,
			      const char *text)
{
	char *line = NULL;
	int len = asprintf(&line, "%s\n", text);

	return ts_admin_answer(c, status, "text/plain; charset=utf-8",
			       len < 0 ? NULL : line, (size_t)len);
}

/** ts_admin_redirect() - to another page of ours; @cookie: to be set, or NULL */
enum MHD_Result ts_admin_redirect(struct MHD_Connection *c, const char *to,
				  const char *cookie)
{
	static char nothing[] = "";
	struct MHD_Response *r;

	r = MHD_create_response_from_buffer(0, nothing, MHD_RESPMEM_PERSISTENT);
	if (!r)
		return MHD_NO;
	MHD_add_response_header(r, MHD_HTTP_HEADER_LOCATION, to);
	if (cookie)
		MHD_add_response_header(r, MHD_HTTP_HEADER_SET_COOKIE, cookie);
	return queue(c, MHD_HTTP_SEE_OTHER, r);
}

/** ts_admin_file() - a file of the page */
enum MHD_Result ts_admin_file(struct MHD_Connection *c, const char *url)
{
	bool style = !strcmp(url, "/admin.css");
	struct MHD_Response *r;

	r = MHD_create_response_from_buffer(style ? sizeof(admin_css) : sizeof(icon_svg),
					    (void *)(style ? admin_css : icon_svg),
					    MHD_RESPMEM_PERSISTENT);
	if (!r)
		return MHD_NO;
	MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE,
				style ? "text/css; charset=utf-8" : "image/svg+xml");
	return queue(c, MHD_HTTP_OK, r);
}
