// SPDX-License-Identifier: GPL-2.0
/* human.c - what people are served: the page, its files, its form. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "portal/page.h"
#include "portal/private.h"
#include "portal_files.h"

/* Nothing from elsewhere, nothing inline, in nobody's frame. */
#define POLICY "default-src 'none'; style-src 'self'; script-src 'self'; " \
	"connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; " \
	"frame-ancestors 'none'"

static enum ts_lang language(struct MHD_Connection *c)
{
	return ts_lang_choose(ts_request_argument(c, "lang"),
			      ts_request_header(c, MHD_HTTP_HEADER_ACCEPT_LANGUAGE));
}

static void complete(struct ts_page *page, struct ts_listener *l,
		     struct MHD_Connection *c, char url[TS_PORTAL_URL_SIZE])
{
	struct ts_captive captive;

	page->url = ts_host_secure_url(l->portal, url);
	page->wallet = page->url && l->portal->wallet.n_files;
	if (!page->url)
		page->url = ts_host_own_url(l, c, url);
	if (!page->url)
		page->url = "";
	page->opened = !ts_captive_look(l->portal, ts_request_peer(c), &captive) &&
		       !captive.paid && captive.open_s;
}

static enum MHD_Result answer_page(struct ts_listener *l, struct MHD_Connection *c,
				   unsigned int status, const enum ts_text_id *fault)
{
	char code[TS_CODE_SIZE], base[TS_BASE_SIZE], url[TS_PORTAL_URL_SIZE];
	struct ts_portal *p = l->portal;
	struct ts_page page = { .facts = &p->facts, .lang = language(c) };
	struct ts_session_view view;
	struct MHD_Response *r;
	int ret;

	page.base = ts_request_base(l, c, base);
	page.fault = fault ? ts_text(page.lang, *fault) : NULL;
	ret = p->ops.station(p->ops.ctx, ts_request_peer(c), code);
	page.busy = ret && ret != -ENOENT;
	if (!ret && !p->ops.session(p->ops.ctx, code, &view)) {
		page.view = &view;
		page.usage = ts_captive_used(p, &view);
		complete(&page, l, c, url);
	}
	r = ts_answer_text("text/html; charset=utf-8", ts_page_text(&page));
	if (r) {
		MHD_add_response_header(r, "Content-Security-Policy", POLICY);
		/* Not "no-referrer": with it browsers hide the Origin of our form. */
		MHD_add_response_header(r, "Referrer-Policy", "same-origin");
		MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_LANGUAGE,
					ts_lang_names[page.lang].tag);
	}
	return ts_answer(p, c, status, r);
}

/** ts_human_page() - GET /; Return: for libmicrohttpd */
enum MHD_Result ts_human_page(struct ts_listener *l, struct MHD_Connection *c)
{
	return answer_page(l, c, MHD_HTTP_OK, NULL);
}

/**
 * ts_human_said() - the page, with what is wrong with what was filled in
 * @l: the listener it came to
 * @c: the connection
 * @status: of HTTP
 * @fault: what is wrong
 */
enum MHD_Result ts_human_said(struct ts_listener *l, struct MHD_Connection *c,
			      unsigned int status, enum ts_text_id fault)
{
	return answer_page(l, c, status, &fault);
}

/**
 * ts_human_home() - a form was taken: to the page, which shows what came of it
 * @p: the portal
 * @c: the connection
 *
 * By another request, so that to look at it again sends no form again.
 */
enum MHD_Result ts_human_home(struct ts_portal *p, struct MHD_Connection *c)
{
	char to[32];

	snprintf(to, sizeof(to), "/?lang=%s", ts_lang_names[language(c)].tag);
	return ts_request_redirect(p, c, MHD_HTTP_SEE_OTHER, to);
}

/* A list of codings, and how much each is liked; "q=0" nobody sends. */
static bool takes_gzip(struct MHD_Connection *c)
{
	const char *accepts = ts_request_header(c, MHD_HTTP_HEADER_ACCEPT_ENCODING);

	return accepts && strstr(accepts, "gzip");
}

/**
 * ts_human_wallet() - is it of the wallet page?  Then the answer is queued in @ret
 *
 * Also by plain http: the page says there that it holds no key, and where it does.
 */
bool ts_human_wallet(struct ts_portal *p, struct MHD_Connection *c, const char *url,
		     enum MHD_Result *ret)
{
	const struct ts_wallet_file *file = ts_wallet_find(&p->wallet, url);

	if (!file)
		return false;
	*ret = ts_answer(p, c, MHD_HTTP_OK,
			 ts_wallet_answer(&p->wallet, file, takes_gzip(c)));
	return true;
}

/** ts_human_file() - is it a file of the page?  Then the answer is queued in @ret */
bool ts_human_file(struct ts_portal *p, struct MHD_Connection *c, const char *url,
		   enum MHD_Result *ret)
{
	static const struct {
		const char *path;
		const char *type;
		const unsigned char *bytes;
		size_t len;
	} files[] = {
		{ "/icon.svg", "image/svg+xml", icon_svg, sizeof(icon_svg) },
		{ "/portal.css", "text/css; charset=utf-8", portal_css, sizeof(portal_css) },
		{ "/portal.js", "text/javascript; charset=utf-8", portal_js, sizeof(portal_js) },
	};
	struct MHD_Response *r;
	unsigned int i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (!strcmp(url, files[i].path))
			break;
	if (i == sizeof(files) / sizeof(files[0]))
		return false;
	r = MHD_create_response_from_buffer(files[i].len, (void *)files[i].bytes,
					    MHD_RESPMEM_PERSISTENT);
	if (r)
		MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, files[i].type);
	*ret = ts_answer(p, c, MHD_HTTP_OK, r);
	return true;
}
