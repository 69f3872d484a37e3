// SPDX-License-Identifier: GPL-2.0
/* stream.c - server-sent events, by libcurl. */
#include <curl/curl.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tspay/stream.h"

#define LINE_MAX_BYTES 65536
/* The box sends a comment every 15 s: this long without a byte is a dead one. */
#define SILENCE_S 45L

struct stream {
	char *url;
	CURLM *multi;
	CURL *easy;
	bool running;
	char why[CURL_ERROR_SIZE];
	/* The line and the event in progress. */
	size_t line_len, data_len;
	char line[LINE_MAX_BYTES], data[LINE_MAX_BYTES];
	/* Only inside stream_wait(). */
	int (*cb)(const char *data, void *arg);
	void *arg;
	bool hit;
};

struct stream *stream_open(const char *url)
{
	struct stream *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->url = strdup(url);
	s->multi = curl_multi_init();
	s->easy = curl_easy_init();
	if (!s->url || !s->multi || !s->easy) {
		stream_close(s);
		return NULL;
	}
	return s;
}

void stream_close(struct stream *s)
{
	if (!s)
		return;
	if (s->running)
		curl_multi_remove_handle(s->multi, s->easy);
	curl_easy_cleanup(s->easy);
	if (s->multi)
		curl_multi_cleanup(s->multi);
	free(s->url);
	free(s);
}

static void end_event(struct stream *s)
{
	if (s->data_len) {
		s->data[s->data_len] = '\0';
		if (s->cb(s->data, s->arg) > 0)
			s->hit = true;
	}
	s->data_len = 0;
}

static void end_line(struct stream *s)
{
	const char *value;
	size_t n;

	s->line[s->line_len] = '\0';
	if (!s->line_len) {
		end_event(s);
	} else if (!strncmp(s->line, "data:", 5)) {
		value = s->line + 5 + (s->line[5] == ' ');
		n = strlen(value);
		if (n < sizeof(s->data) - 1 - s->data_len) {
			memcpy(s->data + s->data_len, value, n);
			s->data_len += n;
		}
	}
	s->line_len = 0;
}

static size_t on_bytes(char *data, size_t size, size_t n, void *arg)
{
	struct stream *s = arg;
	size_t i;

	n *= size;
	for (i = 0; i < n; i++) {
		if (data[i] == '\n')
			end_line(s);
		else if (data[i] != '\r' && s->line_len < sizeof(s->line) - 1)
			s->line[s->line_len++] = data[i];
	}
	return n;
}

static void start(struct stream *s)
{
	s->line_len = s->data_len = 0;
	s->why[0] = '\0';
	curl_easy_reset(s->easy);
	curl_easy_setopt(s->easy, CURLOPT_URL, s->url);
	curl_easy_setopt(s->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(s->easy, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(s->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(s->easy, CURLOPT_FAILONERROR, 1L);
	curl_easy_setopt(s->easy, CURLOPT_CONNECTTIMEOUT, 5L);
	curl_easy_setopt(s->easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(s->easy, CURLOPT_LOW_SPEED_TIME, SILENCE_S);
	curl_easy_setopt(s->easy, CURLOPT_ERRORBUFFER, s->why);
	curl_easy_setopt(s->easy, CURLOPT_WRITEFUNCTION, on_bytes);
	curl_easy_setopt(s->easy, CURLOPT_WRITEDATA, s);
	curl_multi_add_handle(s->multi, s->easy);
	s->running = true;
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Return: true when the connection ended. */
static bool ended(struct stream *s)
{
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(s->multi, &left))) {
		if (msg->msg != CURLMSG_DONE)
			continue;
		curl_multi_remove_handle(s->multi, s->easy);
		s->running = false;
		return true;
	}
	return false;
}

int stream_wait(struct stream *s, int timeout_ms,
		int (*cb)(const char *data, void *arg), void *arg, char *err,
		size_t err_size)
{
	long until = now_ms() + timeout_ms, left;
	int running;

	s->cb = cb;
	s->arg = arg;
	s->hit = false;
	if (!s->running)
		start(s);
	for (;;) {
		if (curl_multi_perform(s->multi, &running) != CURLM_OK)
			return -EIO;
		if (ended(s)) {
			snprintf(err, err_size, "%s: %s", s->url,
				 s->why[0] ? s->why : "the box ended the stream");
			return s->hit ? 1 : -EPIPE;
		}
		left = until - now_ms();
		if (s->hit || left <= 0)
			return s->hit;
		if (curl_multi_poll(s->multi, NULL, 0, (int)left, NULL) != CURLM_OK)
			return 0;
	}
}
