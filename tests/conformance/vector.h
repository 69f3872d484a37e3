/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vector.h - one entry of a vectors file, and ways to compare with it.
 *
 * The first mismatch of an entry is kept as its fault; later ones are not
 * looked at.  A field that is absent or malformed is a fault too, so that an
 * entry never passes by what it lacks.
 */
#ifndef TS_TEST_VECTOR_H
#define TS_TEST_VECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "photon/message.h"

#define VECTOR_BYTES_MAX	8192

/**
 * struct vector - an entry while it is checked
 * @at: the object whose fields are meant: the entry or a part of it
 * @filling: the field functions write to the struct instead of comparing
 * @fault: what is wrong; empty while nothing is
 * @pool: what pointers in a filled struct point to
 * @pool_used: bytes of it
 */
struct vector {
	const json_t *at;
	bool filling;
	char fault[200];
	uint8_t pool[VECTOR_BYTES_MAX];
	size_t pool_used;
};

void vector_fail(struct vector *v, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Read a field; on a fault the value is zero. */
const char *vector_text(struct vector *v, const char *name);
struct ts_bytes vector_bytes(struct vector *v, const char *name);
struct ts_hash vector_hash(struct vector *v, const char *name);
struct ts_address vector_address(struct vector *v, const char *name);
struct ts_u256 vector_u256(struct vector *v, const char *name);
uint64_t vector_u64(struct vector *v, const char *name);
struct ts_signer *vector_key(struct vector *v, const char *name);
bool vector_enter(struct vector *v, const char *name);

/* Compare with a field. */
void vector_same(struct vector *v, const char *name, const void *bytes,
		 size_t len);

/* Fill a member from a field, or compare the two: as @v->filling says. */
void field_hash(struct vector *v, const char *name, struct ts_hash *member);
void field_address(struct vector *v, const char *name,
		   struct ts_address *member);
void field_u256(struct vector *v, const char *name, struct ts_u256 *member);
void field_u64(struct vector *v, const char *name, uint64_t *member);
void field_u32(struct vector *v, const char *name, uint32_t *member);
void field_bytes(struct vector *v, const char *name, struct ts_bytes *member);
void field_text(struct vector *v, const char *name, struct ts_bytes *member);
void field_path(struct vector *v, const char *name,
		const struct ts_address **path, uint32_t *count);
void field_proof(struct vector *v, const char *name,
		 struct ts_balance_proof *member);

/* The sections: each checks one entry. */
void check_ack(struct vector *v);
void check_ping(struct vector *v);
void check_direct_transfer(struct vector *v);
void check_unlock(struct vector *v);
void check_remove_expired_hashlock(struct vector *v);
void check_announce_disposed(struct vector *v);
void check_announce_disposed_response(struct vector *v);
void check_mediated_transfer(struct vector *v);
void check_secret_request(struct vector *v);
void check_reveal_secret(struct vector *v);
void check_withdraw(struct vector *v);
void check_cooperative_settle(struct vector *v);
void check_channel_identifier(struct vector *v);
void check_keys_and_secrets(struct vector *v);
void check_balance_proof_delegate(struct vector *v);
void check_unlock_delegate(struct vector *v);
void check_merkle(struct vector *v);
void check_varint(struct vector *v);

/* Shared by the sections. */
void check_form(struct vector *v, const struct ts_form *form,
		const char *preimage, const char *hash);
void check_signature(struct vector *v, const struct ts_hash *digest,
		     const char *private_key, const char *signature,
		     const char *signer);

#endif /* TS_TEST_VECTOR_H */
