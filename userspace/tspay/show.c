// SPDX-License-Identifier: GPL-2.0
/* show.c - what tspay tells the person at the terminal. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "chain/token.h"
#include "tspay/show.h"
#include "tspay/steps.h"

static const char *size_text(uint64_t bytes, char buf[static 32])
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
	double v = (double)bytes;
	size_t i = 0;

	if (bytes == UINT64_MAX)
		return "unlimited";
	while (v >= 999.5 && i < sizeof(units) / sizeof(units[0]) - 1) {
		v /= 1000;
		i++;
	}
	snprintf(buf, 32, i ? "%.1f %s" : "%.0f %s", v, units[i]);
	return buf;
}

void show_init(struct show *v)
{
	memset(v, 0, sizeof(*v));
	v->tty = isatty(STDOUT_FILENO);
}

/* A line that wraps could not be rewritten in place. */
static int columns(void)
{
	struct winsize ws;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) || !ws.ws_col)
		return 80;
	return ws.ws_col;
}

void show_session(struct show *v, const struct session *s, const struct token *t,
		  enum answer answer, ts_u128 paid_wei, uint64_t now_ms)
{
	char left[32], rate[32] = "-", price[TS_TOKEN_TEXT_SIZE], paid[TS_TOKEN_TEXT_SIZE];
	uint64_t ms = now_ms - v->last_ms;
	char line[256];

	if (v->last_ms && ms && s->used_bytes >= v->last_used)
		size_text((s->used_bytes - v->last_used) * 1000 / ms, rate);
	v->last_ms = now_ms;
	v->last_used = s->used_bytes;
	snprintf(line, sizeof(line), "%s: %s left, %s/s, %s %s/GB, paid %s; %s", s->state,
		 s->remaining_bytes == UINT64_MAX ? "no limit to what is" :
			size_text(s->remaining_bytes, left), rate,
		 ts_token_print(s->wei_per_gb, t->decimals, price), t->symbol,
		 ts_token_print(paid_wei, t->decimals, paid), answer_text(answer));
	if (v->tty)
		printf("\r\033[K%.*s", columns() - 1, line);
	else if (answer != v->answer || strcmp(s->state, v->state))
		puts(line);
	v->answer = answer;
	snprintf(v->state, sizeof(v->state), "%s", s->state);
	v->open = v->tty;
	fflush(stdout);
}

void show_line(struct show *v, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	show_end(v);
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (v->json)
		steps_line("box", NULL, text, true);
	else
		puts(text);
	fflush(stdout);
}

void show_end(struct show *v)
{
	if (v->open)
		putchar('\n');
	v->open = false;
	fflush(stdout);
}
