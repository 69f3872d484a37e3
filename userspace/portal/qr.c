// SPDX-License-Identifier: GPL-2.0
/* qr.c - a QR code as a picture in the page itself. */
#include <errno.h>
#include <qrencode.h>

#include "portal/page.h"

#define QUIET_MODULES 4

/* One rectangle for each run of dark modules of a row. */
static void write_rows(FILE *out, const QRcode *code)
{
	int x, y, n, w = code->width;

	for (y = 0; y < w; y++) {
		for (x = 0; x < w; x += n) {
			const unsigned char *row = code->data + y * w;

			for (n = 1; x + n < w && (row[x + n] & 1) == (row[x] & 1); n++)
				;
			if (row[x] & 1)
				fprintf(out, "M%d %dh%dv1h-%dz", x + QUIET_MODULES,
					y + QUIET_MODULES, n, n);
		}
	}
}

/**
 * ts_qr_svg() - write a QR code
 * @out: where to
 * @text: what it says
 * @label: what people who do not see it are told
 *
 * Dark on light also where the page is light on dark: not every reader knows
 * the inverse.
 *
 * Return: 0 or -ENOMEM, and nothing was written.
 */
int ts_qr_svg(FILE *out, const char *text, const char *label)
{
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
	int size;

	if (!code)
		return -ENOMEM;
	size = code->width + 2 * QUIET_MODULES;
	fprintf(out, "<svg class=\"qr\" viewBox=\"0 0 %d %d\" width=\"192\" height=\"192\" role=\"img\" aria-label=\"",
		size, size);
	ts_page_escape(out, label);
	fprintf(out, "\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/><path fill=\"#000\" d=\"",
		size, size);
	write_rows(out, code);
	fputs("\"/></svg>\n", out);
	QRcode_free(code);
	return 0;
}
