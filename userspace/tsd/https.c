// SPDX-License-Identifier: GPL-2.0
/* https.c - the operator's certificate: watched, and whether it may be announced. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tsd/daemon.h"
#include "tsd/https.h"
#include "tsd/log.h"

/*
 * A clock that nobody keeps counts as it stands: a box that has started in 1970
 * announces nothing, for its certificate is not valid yet.
 */
static uint64_t clock_s(const struct ts_time *now)
{
	return now->wall_s ? now->wall_s : (uint64_t)time(NULL);
}

/* Why the address is not told to operating systems; NULL: it may be. */
static const char *why_not(const struct ts_daemon *d, const struct ts_portal_https *h,
			   uint64_t now_s)
{
	if (!d->config->n_https)
		return "there is no listen.https; operating systems take an address by https alone (RFC 8908)";
	if (!h->not_after_s)
		return h->fault;
	if (!*h->name)
		return "the certificate is for none of listen.names; get one that is";
	if (now_s < h->not_before_s)
		return "the certificate is not valid yet, by the clock of this box; is that right?";
	if (now_s >= h->not_after_s)
		return "the certificate has ended; renew it";
	if (h->not_after_s - now_s < TS_HTTPS_ANNOUNCE_S)
		return "the certificate ends within a week; renew it";
	return NULL;
}

/**
 * ts_https_look() - is the certificate another than before?
 * @d: the daemon
 */
void ts_https_look(struct ts_daemon *d)
{
	struct ts_portal_https h;

	if (!d->portal || !*d->config->certificate)
		return;
	ts_portal_look(d->portal);
	ts_portal_https(d->portal, &h);
	if (strcmp(d->https_fault, h.fault)) {
		snprintf(d->https_fault, sizeof(d->https_fault), "%s", h.fault);
		if (*h.fault)
			ts_log(TS_LOG_ERROR, "https: %s%s", h.fault,
			       h.not_after_s ? "; the certificate of before is served on" : "");
	}
	if (h.not_after_s != d->https_until_s)
		ts_log(TS_LOG_INFO, "https: a certificate for %s is served",
		       *h.name ? h.name : "none of listen.names");
	d->https_until_s = h.not_after_s;
}

/**
 * ts_https_fault() - for the checks of health
 * @d: the daemon
 * @buf: room for it
 * @size: of @buf
 *
 * Return: @buf; NULL: nothing is wrong, or there is no https.
 */
const char *ts_https_fault(struct ts_daemon *d, char *buf, size_t size)
{
	struct ts_portal_https h;
	struct ts_time now;
	const char *why;

	if (!d->config->n_https)
		return NULL;
	ts_portal_https(d->portal, &h);
	ts_clock_now(&now);
	why = *h.fault ? h.fault : why_not(d, &h, clock_s(&now));
	if (why)
		snprintf(buf, size, "%s", why);
	return why ? buf : NULL;
}

/** ts_https_answer() - {"cmd":"portal"}; Return: a new reference */
json_t *ts_https_answer(struct ts_daemon *d, const json_t *request)
{
	char http[TS_ENDPOINT_TEXT_SIZE];
	struct ts_portal_https h;
	struct ts_time now;
	const char *why;
	json_t *one;

	ts_portal_https(d->portal, &h);
	ts_clock_now(&now);
	why = why_not(d, &h, clock_s(&now));
	one = json_pack("{s:o, s:s, s:s, s:I, s:I, s:s, s:b, s:b, s:s}",
			"http", json_sprintf("http://%s/",
				ts_endpoint_print(&d->config->http[0], http)),
			"https", h.url, "name", h.name,
			"not_before_s", (json_int_t)h.not_before_s,
			"not_after_s", (json_int_t)h.not_after_s,
			"fault", h.fault, "synchronised", now.wall_s != 0,
			"announce", !why, "why_not", why ? why : "");
	json_object_set(one, "bypasses", d->bypasses);
	if (d->opennds)
		json_object_set_new(one, "opennds",
				    json_string(ts_opennds_fault(d->opennds) ?: "ok"));
	if (!why)
		json_object_set_new(one, "api", json_sprintf("%scaptive-portal/api", h.url));
	return one;
}
