// SPDX-License-Identifier: GPL-2.0
/* plot.c - income, traffic and clients over time, as SVG, and as a table. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "admin/private.h"
#include "portal/page.h"

#define BARS_MAX	168
#define HEIGHT		100

/**
 * struct period - what the plots are of
 * @name: in the address
 * @title: for people
 * @series: that it is drawn from
 * @bars: how many
 * @merge: so many samples are a bar
 * @format: of its dates, for strftime()
 */
static const struct period {
	const char *name;
	const char *title;
	enum ts_series series;
	unsigned int bars;
	unsigned int merge;
	const char *format;
} periods[] = {
	{ "day", "Day", TS_SERIES_MINUTES, 96, 3, "%H:%M" },
	{ "week", "Week", TS_SERIES_HOURS, 168, 1, "%a %d, %H:00" },
	{ "month", "Month", TS_SERIES_DAYS, 31, 1, "%d %b" },
	{ "years", "Two years", TS_SERIES_DAYS, 104, 7, "%d %b %Y" },
};

/**
 * struct curve - the bars of a period
 * @admin: for names
 * @period: of it
 * @bar: oldest first; start_s 0: nothing is known
 * @start_s: of each, also of those of which nothing is known
 */
struct curve {
	struct ts_admin *admin;
	const struct period *period;
	struct ts_sample bar[BARS_MAX];
	uint64_t start_s[BARS_MAX];
};

/**
 * struct plot - one of them
 * @id: in the page
 * @title: for people
 * @parts: what stands on each other in a bar; NULL after the last
 * @value: of a part in a bar
 * @print: writes a value
 * @which: for @value: of which token
 * @sum: values of bars may be added up
 */
struct plot {
	const char *id;
	const char *title;
	const char *parts[3];
	ts_u128 (*value)(const struct ts_sample *s, unsigned int which, unsigned int part);
	void (*print)(FILE *out, const struct ts_admin *a, unsigned int which, ts_u128 value);
	unsigned int which;
	bool sum;
};

static ts_u128 income(const struct ts_sample *s, unsigned int which, unsigned int part)
{
	return s->earned_wei[which];
}

static ts_u128 traffic(const struct ts_sample *s, unsigned int which, unsigned int part)
{
	int dir = part ? TS_DIR_UP : TS_DIR_DOWN, i;
	ts_u128 bytes = 0;

	for (i = 0; i < TS_TRAFFIC_COUNT; i++)
		bytes += s->bytes[i][dir];
	return bytes;
}

/* In tenths: one client for a part of the time is not none. */
static ts_u128 clients(const struct ts_sample *s, unsigned int which, unsigned int part)
{
	return s->covered_s ? (s->client_seconds * 10 + s->covered_s / 2) / s->covered_s : 0;
}

static void print_wei(FILE *out, const struct ts_admin *a, unsigned int which, ts_u128 value)
{
	ts_page_wei(out, &a->facts.tokens[which], value, true);
}

static void print_bytes(FILE *out, const struct ts_admin *a, unsigned int which, ts_u128 value)
{
	ts_page_bytes(out, value > UINT64_MAX ? UINT64_MAX : (uint64_t)value);
}

static void print_tenths(FILE *out, const struct ts_admin *a, unsigned int which, ts_u128 value)
{
	fprintf(out, "%" PRIu64 ".%u", (uint64_t)(value / 10), (unsigned int)(value % 10));
}

static void merge(struct ts_sample *to, const struct ts_sample *s)
{
	const uint64_t *more = &s->bytes[0][0];
	uint64_t *bytes = &to->bytes[0][0];
	unsigned int i;

	if (!s->start_s)
		return;
	to->start_s = to->start_s ? to->start_s : s->start_s;
	to->covered_s += s->covered_s;
	to->client_seconds += s->client_seconds;
	if (s->clients_peak > to->clients_peak)
		to->clients_peak = s->clients_peak;
	for (i = 0; i < TS_TRAFFIC_COUNT * TS_DIR_COUNT; i++)
		bytes[i] += more[i];
	for (i = 0; i < TS_TOKENS_MAX; i++)
		to->earned_wei[i] += s->earned_wei[i];
}

static void gather(struct curve *c, uint64_t now_s)
{
	uint64_t step_s = ts_history_step_s(c->period->series), bar_s, last_s;
	struct ts_sample s;
	unsigned int i, j;

	bar_s = step_s * c->period->merge;
	last_s = now_s - now_s % bar_s;
	for (i = 0; i < c->period->bars; i++) {
		c->start_s[i] = last_s - (c->period->bars - 1 - i) * bar_s;
		for (j = 0; j < c->period->merge; j++) {
			ts_history_read(c->admin->history, c->period->series,
					c->start_s[i] + j * step_s, &s);
			merge(&c->bar[i], &s);
		}
	}
}

static void write_date(FILE *out, const struct curve *c, unsigned int bar)
{
	time_t t = (time_t)c->start_s[bar];
	char text[32];
	struct tm tm;

	if (gmtime_r(&t, &tm) && strftime(text, sizeof(text), c->period->format, &tm))
		fputs(text, out);
}

static ts_u128 bar_of(const struct plot *p, const struct ts_sample *s)
{
	unsigned int part;
	ts_u128 all = 0;

	for (part = 0; p->parts[part]; part++)
		all += p->value(s, p->which, part);
	return all;
}

static void write_bar(FILE *out, const struct curve *c, const struct plot *p,
		      unsigned int bar, double most)
{
	const struct ts_sample *s = &c->bar[bar];
	double y = HEIGHT, height;
	unsigned int part;

	if (!s->start_s) {
		fprintf(out, "<rect class=\"gap\" x=\"%u\" width=\"1\" y=\"0\" height=\"%d\"/>",
			bar, HEIGHT);
		return;
	}
	fputs("<g><title>", out);
	write_date(out, c, bar);
	for (part = 0; p->parts[part]; part++) {
		fprintf(out, "%s %s ", part ? "," : ":", p->parts[part]);
		p->print(out, c->admin, p->which, p->value(s, p->which, part));
	}
	fputs("</title>", out);
	/* What there is to point at, however low the bar is. */
	fprintf(out, "<rect class=\"hit\" x=\"%u\" width=\"1\" y=\"0\" height=\"%d\"/>", bar,
		HEIGHT);
	for (part = 0; p->parts[part]; part++) {
		height = (double)p->value(s, p->which, part) * HEIGHT / most;
		y -= height;
		if (height > 0)
			fprintf(out, "<rect class=\"part%u\" x=\"%u.1\" width=\".8\" y=\"%.2f\" height=\"%.2f\"/>",
				part, bar, y, height);
	}
	fputs("</g>\n", out);
}

static void write_summary(FILE *out, const struct curve *c, const struct plot *p,
			  ts_u128 most, ts_u128 all)
{
	unsigned int part;

	fprintf(out, "<figcaption id=\"%s\"><h3>", p->id);
	ts_page_escape(out, p->title);
	fputs("</h3><p>", out);
	if (p->sum) {
		fputs("in all ", out);
		p->print(out, c->admin, p->which, all);
		fputs("; ", out);
	}
	fputs("the top line is ", out);
	p->print(out, c->admin, p->which, most);
	fputs("</p>", out);
	if (p->parts[1]) {
		fputs("<p class=\"legend\">", out);
		for (part = 0; p->parts[part]; part++)
			fprintf(out, "<span class=\"key part%u\">%s</span> ", part, p->parts[part]);
		fputs("</p>", out);
	}
	fputs("</figcaption>\n", out);
}

static void write_plot(FILE *out, const struct curve *c, const struct plot *p)
{
	unsigned int bars = c->period->bars, i;
	ts_u128 most = 0, all = 0, bar;

	for (i = 0; i < bars; i++) {
		bar = bar_of(p, &c->bar[i]);
		all += bar;
		most = bar > most ? bar : most;
	}
	fputs("<figure>", out);
	write_summary(out, c, p, most, all);
	fprintf(out, "<svg viewBox=\"0 0 %u %d\" preserveAspectRatio=\"none\" role=\"img\" aria-labelledby=\"%s\">\n"
		"<path class=\"line\" d=\"M0 0H%uM0 50H%uM0 100H%u\"/>\n", bars, HEIGHT, p->id,
		bars, bars, bars);
	for (i = 0; i < bars; i++)
		write_bar(out, c, p, i, most ? (double)most : 1);
	fputs("</svg>\n<p class=\"axis\" aria-hidden=\"true\"><span>", out);
	write_date(out, c, 0);
	fputs("</span><span>", out);
	write_date(out, c, bars / 2);
	fputs("</span><span>now</span></p></figure>\n", out);
}

static void write_row(FILE *out, const struct curve *c, unsigned int bar)
{
	const struct ts_admin *a = c->admin;
	const struct ts_sample *s = &c->bar[bar];
	unsigned int i;

	fputs("<tr><th scope=\"row\">", out);
	write_date(out, c, bar);
	fputs("</th>", out);
	for (i = 0; i < a->facts.n_tokens; i++) {
		fputs("<td>", out);
		print_wei(out, a, i, income(s, i, 0));
		fputs("</td>", out);
	}
	for (i = 0; i < 2; i++) {
		fputs("<td>", out);
		print_bytes(out, a, 0, traffic(s, 0, i));
		fputs("</td>", out);
	}
	fputs("<td>", out);
	print_tenths(out, a, 0, clients(s, 0, 0));
	fprintf(out, "</td><td>%" PRIu64 "</td></tr>\n", s->clients_peak);
}

static void write_table(FILE *out, const struct curve *c)
{
	const struct ts_admin *a = c->admin;
	unsigned int i;

	fputs("<details><summary>The same as a table</summary>\n"
	      "<div class=\"wide\" role=\"region\" aria-label=\"Table\" tabindex=\"0\">"
	      "<table><thead><tr><th scope=\"col\">From (UTC)</th>", out);
	for (i = 0; i < a->facts.n_tokens; i++)
		fputs("<th scope=\"col\">Income</th>", out);
	fputs("<th scope=\"col\">Down</th><th scope=\"col\">Up</th>"
	      "<th scope=\"col\">Clients</th><th scope=\"col\">At most</th></tr></thead>\n<tbody>\n", out);
	for (i = c->period->bars; i-- > 0; )
		if (c->bar[i].start_s)
			write_row(out, c, i);
	fputs("</tbody></table></div></details>\n", out);
}

static void write_periods(FILE *out, const struct period *chosen)
{
	unsigned int i;

	fputs("<nav aria-label=\"Period of the plots\"><ul>\n", out);
	for (i = 0; i < sizeof(periods) / sizeof(periods[0]); i++)
		fprintf(out, "<li><a href=\"/?period=%s\"%s>%s</a></li>\n", periods[i].name,
			&periods[i] == chosen ? " aria-current=\"page\"" : "", periods[i].title);
	fputs("</ul></nav>\n", out);
}

static const struct period *period_of(const char *name)
{
	unsigned int i;

	for (i = 0; name && i < sizeof(periods) / sizeof(periods[0]); i++)
		if (!strcmp(name, periods[i].name))
			return &periods[i];
	return periods;
}

static void write_plots(FILE *out, const struct curve *c)
{
	static const struct plot carried = {
		"plot-traffic", "Traffic", { "down", "up" }, traffic, print_bytes, 0, true,
	}, online = {
		"plot-clients", "Clients online", { "on average" }, clients, print_tenths, 0, false,
	};
	char id[24], title[TS_SYMBOL_SIZE + 16];
	unsigned int i;

	for (i = 0; i < c->admin->facts.n_tokens; i++) {
		struct plot earned = { id, title, { "income" }, income, print_wei, i, true };

		snprintf(id, sizeof(id), "plot-income-%u", i);
		snprintf(title, sizeof(title), "Income in %s", c->admin->facts.tokens[i].symbol);
		write_plot(out, c, &earned);
	}
	write_plot(out, c, &carried);
	write_plot(out, c, &online);
}

/**
 * ts_admin_plots() - the section with the plots
 * @a: the admin page
 * @out: where to
 * @name: of the period, or NULL; of one that there is not, the first is meant
 */
void ts_admin_plots(struct ts_admin *a, FILE *out, const char *name)
{
	struct curve *c = calloc(1, sizeof(*c));
	struct ts_time now;

	if (!c)
		return;
	c->admin = a;
	c->period = period_of(name);
	a->ops.now(a->ops.ctx, &now);
	fputs("<section aria-labelledby=\"past\"><h2 id=\"past\">Until now</h2>\n", out);
	write_periods(out, c->period);
	if (now.wall_s) {
		gather(c, now.wall_s);
		fputs("<div class=\"plots\">\n", out);
		write_plots(out, c);
		fputs("</div>\n", out);
		write_table(out, c);
	} else {
		fputs("<p>There are no plots while nobody keeps the clock of this box: "
		      "see whether its time is synchronised.</p>\n", out);
	}
	fputs("</section>\n", out);
	free(c);
}
