// SPDX-License-Identifier: GPL-2.0
/* carrier_node.c - a node of the chain that answers what the test wants. */
#include <arpa/inet.h>
#include <jansson.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "carrier_node.h"

/* More than a carrier reads of an answer. */
#define LARGE_BYTES	(70u << 10)

/**
 * struct node_peer - a connection to the node
 * @node: whose
 * @next: in its list
 * @io: the socket
 * @in: what came of a request
 * @in_len: how much
 * @out: what is to be sent; owned
 * @out_len: how much
 * @out_at: sent so far
 * @last: it is closed after that
 * @owed: kept back, JSON; owned
 */
struct node_peer {
	struct node *node;
	struct node_peer *next;
	ev_io io;
	char in[8192];
	size_t in_len;
	char *out;
	size_t out_len;
	size_t out_at;
	bool last;
	char *owed;
};

static void leave(struct node_peer *p)
{
	struct node_peer **at = &p->node->peers;

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	ev_io_stop(p->node->loop, &p->io);
	close(p->io.fd);
	free(p->out);
	free(p->owed);
	free(p);
}

static void listen_for(struct node_peer *p, int events)
{
	ev_io_stop(p->node->loop, &p->io);
	ev_io_set(&p->io, p->io.fd, events);
	ev_io_start(p->node->loop, &p->io);
}

static void say(struct node_peer *p, const char *status, const char *body, size_t body_len)
{
	size_t room = p->out_len + body_len + 200, n;

	p->out = realloc(p->out, room);
	assert_non_null(p->out);
	n = p->out_len;
	n += (size_t)snprintf(p->out + n, 200,
			      "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
			      status, body_len);
	memcpy(p->out + n, body, body_len);
	p->out_len = n + body_len;
	listen_for(p, EV_WRITE);
}

/* Blanks before the last brace are JSON, too. */
static void say_large(struct node_peer *p, const char *body)
{
	size_t len = strlen(body);
	char *large = malloc(LARGE_BYTES);

	assert_non_null(large);
	memset(large, ' ', LARGE_BYTES);
	memcpy(large, body, len - 1);
	large[LARGE_BYTES - 1] = '}';
	say(p, "200 OK", large, LARGE_BYTES);
	free(large);
}

static const char *envelope(char text[4096], json_int_t id, const char *name,
			    const char *value)
{
	snprintf(text, 4096, "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"%s\":%s}", (long long)id,
		 name, value);
	return text;
}

static void say_error(struct node_peer *p, json_int_t id)
{
	char text[4096], value[3000];

	snprintf(value, sizeof(value), "{\"code\":-32000,\"message\":\"%s\"}",
		 p->node->words);
	envelope(text, id, "error", value);
	say(p, "200 OK", text, strlen(text));
}

static void say_badly(struct node_peer *p, json_int_t id, const char *good)
{
	static const char page[] = "<html><body>502 Bad Gateway</body></html>";
	char text[4096];

	switch (p->node->fault) {
	case NODE_GARBAGE:
		say(p, "200 OK", page, strlen(page));
		return;
	case NODE_EMPTY:
		say(p, "200 OK", "", 0);
		return;
	case NODE_NULL:
		envelope(text, id, "result", "null");
		say(p, "200 OK", text, strlen(text));
		return;
	case NODE_OTHER_TYPE:
		envelope(text, id, "result", "[\"0x1\"]");
		say(p, "200 OK", text, strlen(text));
		return;
	case NODE_LARGE:
		say_large(p, good);
		return;
	case NODE_CUT:
		say(p, "200 OK", good, strlen(good));
		p->out_len -= 10;
		p->last = true;
		return;
	case NODE_GONE:
		p->last = true;
		listen_for(p, EV_WRITE);
		return;
	case NODE_STATUS:
		say(p, "500 No", good, strlen(good));
		return;
	case NODE_ERROR:
		say_error(p, id);
		return;
	case NODE_SILENT:
		/* Nor does it hear that the other side has left. */
		ev_io_stop(p->node->loop, &p->io);
		p->owed = strdup(good);
		p->node->silent++;
		return;
	case NODE_TWICE:
		say(p, "200 OK", good, strlen(good));
		say(p, "200 OK", good, strlen(good));
		return;
	default:
		say(p, "200 OK", good, strlen(good));
	}
}

static enum node_question call_question(const json_t *params)
{
	const json_t *call = json_array_get(params, 0);
	const char *data = json_string_value(json_object_get(call, "data"));

	assert_non_null(data);
	return !strncmp(data, "0x70a08231", 10) ? NODE_TOKEN :
	       !strncmp(data, "0xdd62ed3e", 10) ? NODE_ALLOWANCE : NODE_CHANNEL;
}

static enum node_question question_of(const char *method, const json_t *params)
{
	static const struct { const char *method; enum node_question q; } names[] = {
		{ "eth_blockNumber", NODE_HEAD }, { "eth_gasPrice", NODE_PRICE },
		{ "eth_getBalance", NODE_COIN },
		{ "eth_getTransactionReceipt", NODE_RECEIPT },
		{ "eth_sendRawTransaction", NODE_SEND },
	};
	const char *block = json_string_value(json_array_get(params, 1));
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(method, names[i].method))
			return names[i].q;
	if (!strcmp(method, "eth_call"))
		return call_question(params);
	assert_string_equal(method, "eth_getTransactionCount");
	return !strcmp(block, "pending") ? NODE_PENDING : NODE_COUNT;
}

static void answer(struct node_peer *p, const char *body)
{
	struct node *n = p->node;
	json_t *json = json_loads(body, 0, NULL);
	const json_t *params = json_object_get(json, "params");
	json_int_t id = json_integer_value(json_object_get(json, "id"));
	bool badly;
	char good[4096];
	enum node_question q;

	assert_non_null(json);
	q = question_of(json_string_value(json_object_get(json, "method")), params);
	n->asked[q]++;
	free(n->params[q]);
	n->params[q] = json_dumps(params, JSON_COMPACT);
	badly = n->faulty == q || n->faulty == NODE_QUESTIONS;
	if (badly && n->fault == NODE_OTHER_ID)
		id++;
	envelope(good, id, "result", n->result[q]);
	if (badly)
		say_badly(p, id, good);
	else
		say(p, "200 OK", good, strlen(good));
	json_decref(json);
}

/* Return: whether it is still there. */
static bool hear(struct node_peer *p)
{
	ssize_t n = recv(p->io.fd, p->in + p->in_len, sizeof(p->in) - 1 - p->in_len, 0);
	const char *end;
	size_t body;

	if (n <= 0)
		return false;
	p->in_len += (size_t)n;
	p->in[p->in_len] = '\0';
	end = strstr(p->in, "\r\n\r\n");
	if (!end)
		return true;
	body = strtoul(strstr(p->in, "Content-Length: ") + 16, NULL, 10);
	if (strlen(end + 4) < body)
		return true;
	p->in_len = 0;
	answer(p, end + 4);
	return true;
}

/* Return: likewise. */
static bool tell(struct node_peer *p)
{
	ssize_t n = send(p->io.fd, p->out + p->out_at, p->out_len - p->out_at, MSG_NOSIGNAL);

	if (n < 0)
		return false;
	p->out_at += (size_t)n;
	if (p->out_at < p->out_len)
		return true;
	p->out_len = p->out_at = 0;
	listen_for(p, EV_READ);
	return !p->last;
}

static void on_peer(struct ev_loop *loop, ev_io *io, int events)
{
	struct node_peer *p = io->data;

	if (!(events & EV_WRITE ? tell(p) : hear(p)))
		leave(p);
}

static void on_accept(struct ev_loop *loop, ev_io *io, int events)
{
	struct node *n = io->data;
	struct node_peer *p = calloc(1, sizeof(*p));
	int fd = accept4(io->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	assert_non_null(p);
	assert_true(fd >= 0);
	p->node = n;
	p->next = n->peers;
	n->peers = p;
	ev_io_init(&p->io, on_peer, fd, EV_READ);
	p->io.data = p;
	ev_io_start(loop, &p->io);
}

/** node_open() - it listens, and answers nothing true before the test says what is */
void node_open(struct node *n, struct ev_loop *loop)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(at);

	memset(n, 0, sizeof(*n));
	n->loop = loop;
	n->faulty = NODE_QUESTIONS;
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 16), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	n->port = ntohs(at.sin_port);
	ev_io_init(&n->accepting, on_accept, fd, EV_READ);
	n->accepting.data = n;
	ev_io_start(loop, &n->accepting);
}

/** node_close() - it is gone, and with it all connections */
void node_close(struct node *n)
{
	unsigned int i;

	while (n->peers)
		leave(n->peers);
	ev_io_stop(n->loop, &n->accepting);
	close(n->accepting.fd);
	for (i = 0; i < NODE_QUESTIONS; i++)
		free(n->params[i]);
}

/** node_asked() - Return: how much it was asked in all */
unsigned int node_asked(const struct node *n)
{
	unsigned int i, all = 0;

	for (i = 0; i < NODE_QUESTIONS; i++)
		all += n->asked[i];
	return all;
}

/** node_speak() - what it kept back it says now */
void node_speak(struct node *n)
{
	struct node_peer *p;

	for (p = n->peers; p; p = p->next) {
		if (!p->owed)
			continue;
		say(p, "200 OK", p->owed, strlen(p->owed));
		free(p->owed);
		p->owed = NULL;
		n->silent--;
	}
}
