// SPDX-License-Identifier: GPL-2.0
/* form.c - what people fill in on the page: read, and answered by the page itself. */
#include <string.h>

#include "portal/private.h"

/** ts_form_is() - is it a form, so that a person waits for a page? */
bool ts_form_is(enum ts_post post)
{
	return post == TS_POST_CONTINUE || post == TS_POST_VOUCHER_FORM;
}

/** struct field - the value of the one that is looked for */
struct field {
	char *value;
	size_t len;
};

/* Called with pieces; what does not fit makes it no code, and is not kept. */
static enum MHD_Result on_piece(void *arg, enum MHD_ValueKind kind, const char *key,
				const char *filename, const char *type,
				const char *coding, const char *piece, uint64_t offset,
				size_t len)
{
	struct field *f = arg;

	if (!key || strcmp(key, "code"))
		return MHD_YES;
	if (len > TS_FORM_CODE_SIZE - 1 - f->len)
		return MHD_NO;
	memcpy(f->value + f->len, piece, len);
	f->len += len;
	return MHD_YES;
}

/**
 * ts_form_voucher() - the code that was filled in
 * @req: with the whole body
 * @c: its connection
 * @code: where it goes; to be wiped
 *
 * Return: its length; what cannot be read has none, and is no voucher's.
 */
size_t ts_form_voucher(struct ts_request *req, struct MHD_Connection *c,
		       char code[TS_FORM_CODE_SIZE])
{
	struct field f = { .value = code };
	struct MHD_PostProcessor *pp;

	memset(code, 0, TS_FORM_CODE_SIZE);
	pp = MHD_create_post_processor(c, 512, on_piece, &f);
	if (!pp)
		return 0;
	/* Told so at the end, too, for only then the last piece is out. */
	if (MHD_post_process(pp, (const char *)req->body, req->seen) != MHD_YES)
		f.len = 0;
	if (MHD_destroy_post_processor(pp) != MHD_YES)
		f.len = 0;
	return f.len;
}

/**
 * ts_form_refuse() - keep what the page will say
 * @req: has its status, and perhaps an answer for programs
 * @why: of the refusal
 */
void ts_form_refuse(struct ts_request *req, const struct ts_refused *why)
{
	static const struct {
		const char *name;
		enum ts_text_id text;
	} texts[] = {
		{ "bad_voucher", TS_TEXT_VOUCHER_BAD },
		{ "too_many_tries", TS_TEXT_VOUCHER_TRIES },
		{ "no_station", TS_TEXT_NO_STATION },
		{ "read_only", TS_TEXT_READ_ONLY },
	};
	unsigned int i;

	req->fault = TS_TEXT_NOT_NOW;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!strcmp(why->name, texts[i].name))
			req->fault = texts[i].text;
	if (req->answer)
		MHD_destroy_response(req->answer);
	req->answer = NULL;
}

/**
 * ts_form_answer() - a form was taken or refused: the page says it
 * @req: has its status
 * @c: its connection
 */
enum MHD_Result ts_form_answer(struct ts_request *req, struct MHD_Connection *c)
{
	if (req->status == MHD_HTTP_OK)
		return ts_human_home(req->listener->portal, c);
	return ts_human_said(req->listener, c, req->status, req->fault);
}
