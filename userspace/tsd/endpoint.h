/* SPDX-License-Identifier: GPL-2.0 */
/* endpoint.h - an address and a port to listen on, and its text. */
#ifndef TS_TSD_ENDPOINT_H
#define TS_TSD_ENDPOINT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#define TS_ENDPOINT_TEXT_SIZE 64

/**
 * struct ts_endpoint - where to listen, or who sent
 * @addr: IPv4 or IPv6 address and port
 * @len: how much of @addr is used; 0: none
 */
struct ts_endpoint {
	struct sockaddr_storage addr;
	socklen_t len;
};

int ts_endpoint_parse(struct ts_endpoint *out, const char *text);
char *ts_endpoint_print(const struct ts_endpoint *e,
			char text[TS_ENDPOINT_TEXT_SIZE]);
uint16_t ts_endpoint_port(const struct ts_endpoint *e);
void ts_endpoint_set_port(struct ts_endpoint *e, uint16_t port);
bool ts_endpoint_is_loopback(const struct ts_endpoint *e);
bool ts_endpoint_is_any(const struct ts_endpoint *e);
bool ts_endpoint_is_here(const struct ts_endpoint *e);
bool ts_endpoint_equal(const struct ts_endpoint *a, const struct ts_endpoint *b);
int ts_endpoint_host(const struct ts_endpoint *e, char *text, size_t size);
unsigned int ts_endpoint_address(const struct sockaddr *sa, uint8_t addr[16]);

#endif /* TS_TSD_ENDPOINT_H */
