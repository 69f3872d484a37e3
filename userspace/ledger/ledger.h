/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ledger.h - what must survive a power cut, in one SQLite file.
 *
 * The ledger stores rows and answers whether they agree with each other; what
 * the rows mean is decided in billing.  One process writes: it holds an flock
 * on a file beside the ledger.  Everything is written in batches:
 *
 *	ts_ledger_begin(), any number of changes, ts_ledger_commit()
 *
 * and nothing of a batch may be acted upon before its commit has returned 0
 * (rule M10).  When a commit or an fsync fails the batch is discarded, nothing
 * is tried again, and every later write fails with -EROFS until the ledger is
 * opened anew: ts_ledger_failed() says why.  Such a batch may still turn out to
 * be on the disk; since nothing of it was acted upon that harms nobody: a
 * payment in it was not acked, is sent again, and is then known.
 *
 * Numbers: amounts of value ("_wei", the token's smallest unit) are ts_u128,
 * stored as 16 bytes big-endian and summed in C only.  Credit units and bytes
 * are uint64_t below 2^63 (the kernel's limit, see TS_PRICE_MAX), stored as
 * INTEGER; a larger one is refused with -ERANGE before SQLite sees it.
 * Wall time is in seconds since 1970, 0 when it was not known.
 *
 * Functions return 0 or a negative errno; ts_ledger_error() then says what is
 * wrong and what to do, in one line.  Not thread-safe.
 */
#ifndef TS_LEDGER_LEDGER_H
#define TS_LEDGER_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/tokenswitch.h>

#include "photon/channel.h"
#include "photon/life.h"
#include "photon/memo.h"
#include "photon/u256.h"

/* "TSLG"; PRAGMA application_id of the file. */
#define TS_LEDGER_APPLICATION_ID	0x54534c47
/* PRAGMA user_version: the form of the tables. */
#define TS_LEDGER_VERSION	8
/* A boot id as in /proc/sys/kernel/random/boot_id, with its NUL. */
#define TS_BOOT_ID_SIZE		37
/* Of a memo that is longer only the start is kept: the proof has its hash. */
#define TS_PAYMENT_DATA_MAX	TS_MEMO_SIZE
/* What is said of deposits that no sum here could hold. */
#define TS_LEDGER_TOO_MUCH	\
	"channel: the deposits of all channels in this token together would be 2^128 or more, beyond this ledger"
/* A time that never comes: of a tariff that was taken back before it began. */
#define TS_TARIFF_NEVER_S	((uint64_t)INT64_MAX)
/* Text of a price, as the operator wrote it. */
#define TS_PRICE_TEXT_SIZE	48

struct ts_ledger;

/**
 * enum ts_ledger_flags - how to open
 * @TS_LEDGER_CREATE: make the file when there is none
 * @TS_LEDGER_READ_ONLY: look only: no lock is taken, no write is possible; may
 *	be done while another process writes
 */
enum ts_ledger_flags {
	TS_LEDGER_CREATE = 1 << 0,
	TS_LEDGER_READ_ONLY = 1 << 1,
};

/**
 * struct ts_ledger_options - where and how
 * @path: the database file
 * @lock_path: the file to flock; NULL: "ledger.lock" in @path's folder
 * @vfs: SQLite's file layer by name; NULL: the system's (tests give their own)
 * @flags: enum ts_ledger_flags
 */
struct ts_ledger_options {
	const char *path;
	const char *lock_path;
	const char *vfs;
	unsigned int flags;
};

/**
 * struct ts_ledger_channel - one life of a channel, and our books on it
 * @id: row number, given by ts_ledger_channel_insert()
 * @channel: identity, deposits, state, frozen, both last proofs, what is locked;
 *	the locks and all else that is under way are in its life, a row apart
 * @trusted: credited whatever its timeout and deposit are (rule M3)
 * @base_wei: what the partner had transferred before we kept books: not credit
 * @spent_wei: of its payments, used up by closed accounts
 * @refunded_wei: of its payments, what went back by our own transfers (M11)
 * @relayed_wei: of what the partner transferred, what is nobody's credit: what we only
 *	passed on as a hop, with our fee in it, refunds of what we had paid, our own
 *	share in what it earns, and @relay_in_wei
 * @relay_in_wei: of @relayed_wei, what it paid us for carrying (see relay.h); nobody's
 *	credit either, and never refunded
 * @relay_out_wei: of our own transfers, what we paid it for carrying
 * @shares_out_wei: likewise, what we paid it of its share in our income (see share.h)
 * @has_life: something is under way in it or was: it has a row of lives; told by
 *	ts_ledger_channel_load()
 *
 * paid = channel.partner_proof.transferred_wei - base_wei - relayed_wei.  A
 * payment is not written here as well: when it is newer than the row, its proof
 * is the partner's last one.
 */
struct ts_ledger_channel {
	int64_t id;
	struct ts_channel channel;
	bool trusted;
	ts_u128 base_wei;
	ts_u128 spent_wei;
	ts_u128 refunded_wei;
	ts_u128 relayed_wei;
	ts_u128 relay_in_wei;
	ts_u128 relay_out_wei;
	ts_u128 shares_out_wei;
	bool has_life;
};

/**
 * struct ts_ledger_payment - one accepted DirectTransfer or Unlock
 * @id: row number, given by ts_ledger_payment_insert(); grows with time, so
 *	it is the order in which payments are spent
 * @channel: row number of the channel's life
 * @nonce: of its balance proof; one payment for each (@channel, @nonce)
 * @delta_wei: what it added
 * @cumulative_wei: the proof's transferred amount
 * @session: row number of the session it is attached to now; 0: none, it stays
 *	in the wallet's pool
 * @tariff: row number of the tariff it was paid under (M7); 0 without @session
 * @wallet: who paid: the partner, who signed the proof, or of @mediated ones the
 *	initiator, who signed the secret (rule M8)
 * @mediated: by an Unlock
 * @locksroot: of the proof
 * @message_hash: the additional hash: Keccak-256 of the datagram without its
 *	signature.  Unique without an index: channel, life and nonce are in it
 * @signature: with the other members, the whole balance proof
 * @data: the memo, as it came
 * @wall_s: when, 0: not known
 * @boot_id: in which boot
 * @boot_ns: when, CLOCK_BOOTTIME of that boot
 * @spent_wei: used up by closed accounts
 * @refunded_wei: gone back to @wallet by our own transfer (M11)
 * @live: something can still be spent or is reserved
 * @max_wei: its session may spend so much of it and no more; TS_U128_MAX: all.
 *	What is above is the wallet's, until it attaches it anew
 */
struct ts_ledger_payment {
	int64_t id;
	int64_t channel;
	uint64_t nonce;
	ts_u128 delta_wei;
	ts_u128 cumulative_wei;
	int64_t session;
	int64_t tariff;
	struct ts_address wallet;
	bool mediated;
	struct ts_hash locksroot;
	struct ts_hash message_hash;
	struct ts_signature signature;
	uint8_t data[TS_PAYMENT_DATA_MAX];
	size_t data_len;
	uint64_t wall_s;
	char boot_id[TS_BOOT_ID_SIZE];
	uint64_t boot_ns;
	ts_u128 spent_wei;
	ts_u128 refunded_wei;
	bool live;
	ts_u128 max_wei;
};

/**
 * struct ts_ledger_session - one station at this box, by its code
 * @id: row number
 * @code: its name
 * @has_station: a station is known (false: a payment named the code first, or
 *	the address was purged)
 * @mac: of the station
 * @vlan: 0 is untagged
 * @zone: bridge domain or routed port
 * @created_s: wall time
 * @closed_s: wall time; meaningful when @closed
 * @closed: nothing is attached to it any more
 * @done_token: of @done_wei; zero: none yet
 * @done_wei: of all payments with its code, those that are not live any more,
 *	and what it had used of those that a wallet took elsewhere; since one of
 *	another token than @done_token was the last
 * @done_bytes: billed bytes of its closed accounts, [direction]
 * @seen_s: in the box's age (see billing), when its station or the holder of its
 *	code was last seen
 * @paid: a payment or an account names it or did: its row is never used again
 * @forgotten: holds nothing and its station is gone for long; a payment with
 *	its code brings it back
 */
struct ts_ledger_session {
	int64_t id;
	char code[TS_CODE_SIZE];
	bool has_station;
	uint8_t mac[6];
	uint16_t vlan;
	uint32_t zone;
	uint64_t created_s;
	uint64_t closed_s;
	bool closed;
	struct ts_address done_token;
	ts_u128 done_wei;
	uint64_t done_bytes[TS_DIR_COUNT];
	uint64_t seen_s;
	bool paid;
	bool forgotten;
};

/** enum ts_account_state - life of an account's row, only forward */
enum ts_account_state {
	TS_ACCOUNT_OPEN = 0,
	TS_ACCOUNT_CLOSING = 1,
	TS_ACCOUNT_CLOSED = 2,
};

/**
 * struct ts_ledger_account - one epoch of an account in the kernel
 * @row: row number; (@account_id, @epoch) repeat after a power cut or in a
 *	meter made anew, this never
 * @account_id: the kernel's number
 * @epoch: the kernel's life of that number
 * @boot_id: in which boot
 * @session: row number of its session
 * @tariff: row number of its tariff, for all of its life
 * @unit_shift: one credit unit is 2^unit_shift wei
 * @state: open, closing, closed
 * @granted_units: cumulative, at the last checkpoint; final when closed
 * @charged_units: likewise: passed + revoked
 * @passed_units: likewise; always the sum of the units of its charges
 * @revoked_units: likewise
 * @unseen_units: booked as consumed, without a charge: passed unseen, the
 *	payer bears it
 *
 * closed: passed + unseen = sum of the used units of its reservations.
 */
struct ts_ledger_account {
	int64_t row;
	uint32_t account_id;
	uint32_t epoch;
	char boot_id[TS_BOOT_ID_SIZE];
	int64_t session;
	int64_t tariff;
	int unit_shift;
	enum ts_account_state state;
	uint64_t granted_units;
	uint64_t charged_units;
	uint64_t passed_units;
	uint64_t revoked_units;
	uint64_t unseen_units;
};

/**
 * struct ts_ledger_reservation - units of one payment set aside for an account
 * @account: row number of the account
 * @seq: 1, 2, ...: the order in which they are consumed
 * @payment: row number of the payment; 0: of a gift
 * @gift: row number of the gift (gift.h); 0: of a payment
 * @sponsorship: row number of the word (sponsor.h) by which the account has of a payment
 *	that is not its session's; 0: it is, or a gift
 * @units: what was set aside; never changes
 * @returned_units: given back to the payment while the account lives
 * @used_units: final, when the account is closed: consumed of @units
 *
 * Held of the payment while the account is not closed: the value of units -
 * returned, rounded up.  Spent when it is: the value of used, rounded down.
 */
struct ts_ledger_reservation {
	int64_t account;
	uint32_t seq;
	int64_t payment;
	int64_t gift;
	int64_t sponsorship;
	uint64_t units;
	uint64_t returned_units;
	uint64_t used_units;
};

/**
 * struct ts_ledger_charge - what passed, in one hour
 * @account: row number of the account
 * @hour: wall time / 3600
 * @class: enum ts_class
 * @dir: enum ts_dir
 * @bytes: billed bytes that passed
 * @units: credit units charged for them
 */
struct ts_ledger_charge {
	int64_t account;
	uint64_t hour;
	uint8_t class;
	uint8_t dir;
	uint64_t bytes;
	uint64_t units;
};

/**
 * struct ts_ledger_tariff - one version of a tariff; its prices never change
 * @row: row number; it is also the tariff's number in the kernel, 1..65535
 * @id: the operator's number
 * @version: 1, 2, ... for each change of its prices
 * @valid_from_s: wall time; 0: at once; TS_TARIFF_NEVER_S: taken back
 * @unit_shift: one credit unit is 2^unit_shift wei
 * @price: credit units per byte, [class][direction]
 * @wei_per_gb: decimal text, [class][direction], as the operator wrote it
 * @token: the token's contract
 */
struct ts_ledger_tariff {
	int64_t row;
	uint32_t id;
	uint32_t version;
	uint64_t valid_from_s;
	int unit_shift;
	uint16_t price[TS_CLASS_COUNT][TS_DIR_COUNT];
	char wei_per_gb[TS_CLASS_COUNT][TS_DIR_COUNT][TS_PRICE_TEXT_SIZE];
	struct ts_address token;
};

/**
 * struct ts_ledger_sum - account of bytes of one wallet, from the rows
 * @token: what all amounts are in
 * @wallet: the address; zero in the total over all with this token
 * @paid_wei: all payments
 * @attached_wei: of these, attached to a session
 * @reserved_wei: held by accounts that are not closed
 * @granted_wei: value of what those accounts were granted and still hold or
 *	passed, at their last checkpoint
 * @consumed_wei: used up by closed accounts
 * @refunded_wei: gone back by our own transfers
 * @unspent_wei: paid - consumed - reserved - refunded
 */
struct ts_ledger_sum {
	struct ts_address token;
	struct ts_address wallet;
	ts_u128 paid_wei;
	ts_u128 attached_wei;
	ts_u128 reserved_wei;
	ts_u128 granted_wei;
	ts_u128 consumed_wei;
	ts_u128 refunded_wei;
	ts_u128 unspent_wei;
};

/**
 * enum ts_ledger_check_flags - how thorough ts_ledger_check() is
 * @TS_LEDGER_CHECK_SIGNATURES: recover the signer of every payment, of every
 *	channel's last proof and of what is mirrored, too
 *	(a tenth of a millisecond each)
 */
enum ts_ledger_check_flags {
	TS_LEDGER_CHECK_SIGNATURES = 1 << 0,
};

int ts_ledger_open(const struct ts_ledger_options *options,
		   struct ts_ledger **ledger, char *err, size_t err_size);
void ts_ledger_close(struct ts_ledger *l);
const char *ts_ledger_error(const struct ts_ledger *l);
const char *ts_ledger_failed(const struct ts_ledger *l);

int ts_ledger_backup(struct ts_ledger *l, const char *to, char *err, size_t err_size);
int ts_ledger_restore(const struct ts_ledger_options *options, const char *from,
		      char *kept, size_t kept_size, char *err, size_t err_size);

int ts_ledger_begin(struct ts_ledger *l);
int ts_ledger_commit(struct ts_ledger *l);
void ts_ledger_discard(struct ts_ledger *l);
bool ts_ledger_in_batch(const struct ts_ledger *l);

/*
 * Each _insert sets the row number.  Each loader calls back once a row, in
 * order of the row numbers; a non-zero return ends it and is returned.
 */
int ts_ledger_meta_get(struct ts_ledger *l, const char *key, uint64_t *value);
int ts_ledger_meta_put(struct ts_ledger *l, const char *key, uint64_t value);

int ts_ledger_channel_insert(struct ts_ledger *l, struct ts_ledger_channel *c);
int ts_ledger_channel_update(struct ts_ledger *l,
			     const struct ts_ledger_channel *c);
int ts_ledger_life_write(struct ts_ledger *l, int64_t channel,
			 const struct ts_life *life);
int ts_ledger_life_read(struct ts_ledger *l, const struct ts_ledger_channel *c,
			struct ts_life *life);
int ts_ledger_life_each(struct ts_ledger *l, int (*cb)(int64_t channel, void *arg),
			void *arg);
int ts_ledger_channel_load(struct ts_ledger *l,
			   int (*cb)(const struct ts_ledger_channel *c, void *arg),
			   void *arg);
int ts_ledger_channel_merge(struct ts_ledger_channel *row,
			    const struct ts_channel *in, bool trusted,
			    char *err, size_t err_size);
int ts_ledger_channel_total(ts_u128 *total_wei, const struct ts_channel *c);
int ts_ledger_channel_import(struct ts_ledger *l, const struct ts_channel *in,
			     bool trusted, char *err, size_t err_size);

int ts_ledger_payment_insert(struct ts_ledger *l, struct ts_ledger_payment *p);
int ts_ledger_payment_update(struct ts_ledger *l,
			     const struct ts_ledger_payment *p);
int ts_ledger_payment_lessen(struct ts_ledger *l,
			     const struct ts_ledger_payment *p);
int ts_ledger_payment_find(struct ts_ledger *l, int64_t channel, uint64_t nonce,
			   struct ts_ledger_payment *p);
int ts_ledger_payment_load_live(struct ts_ledger *l,
				int (*cb)(const struct ts_ledger_payment *p,
					  void *arg), void *arg);

int ts_ledger_payment_load_of(struct ts_ledger *l, int64_t session,
			      int (*cb)(const struct ts_ledger_payment *p,
					void *arg), void *arg);
int ts_ledger_payment_load_channel(struct ts_ledger *l, int64_t channel,
				   int (*cb)(const struct ts_ledger_payment *p,
					     void *arg), void *arg);
int ts_ledger_payment_load(struct ts_ledger *l,
			   int (*cb)(const struct ts_ledger_payment *p,
				     void *arg), void *arg);

int ts_ledger_session_insert(struct ts_ledger *l, struct ts_ledger_session *s);
int ts_ledger_session_update(struct ts_ledger *l,
			     const struct ts_ledger_session *s);
int ts_ledger_session_delete(struct ts_ledger *l, int64_t id);
int ts_ledger_session_find(struct ts_ledger *l, const char *code,
			   struct ts_ledger_session *s);
int ts_ledger_session_load_open(struct ts_ledger *l,
				int (*cb)(const struct ts_ledger_session *s,
					  void *arg), void *arg);

int ts_ledger_account_insert(struct ts_ledger *l, struct ts_ledger_account *a);
int ts_ledger_account_update(struct ts_ledger *l,
			     const struct ts_ledger_account *a);
int ts_ledger_account_load_open(struct ts_ledger *l,
				int (*cb)(const struct ts_ledger_account *a,
					  void *arg), void *arg);
int ts_ledger_account_load(struct ts_ledger *l,
			   int (*cb)(const struct ts_ledger_account *a,
				     void *arg), void *arg);

int ts_ledger_reservation_insert(struct ts_ledger *l,
				 const struct ts_ledger_reservation *r);
int ts_ledger_reservation_update(struct ts_ledger *l,
				 const struct ts_ledger_reservation *r);
int ts_ledger_reservation_load(struct ts_ledger *l, int64_t account,
			       int (*cb)(const struct ts_ledger_reservation *r,
					 void *arg), void *arg);

int ts_ledger_charge_add(struct ts_ledger *l, const struct ts_ledger_charge *c);
int ts_ledger_charge_load(struct ts_ledger *l, int64_t account,
			  int (*cb)(const struct ts_ledger_charge *c, void *arg),
			  void *arg);

int ts_ledger_tariff_insert(struct ts_ledger *l, struct ts_ledger_tariff *t);
int ts_ledger_tariff_take_back(struct ts_ledger *l,
			       const struct ts_ledger_tariff *t);
int ts_ledger_tariff_load(struct ts_ledger *l,
			  int (*cb)(const struct ts_ledger_tariff *t, void *arg),
			  void *arg);

int ts_ledger_sum(struct ts_ledger *l,
		  int (*cb)(const struct ts_ledger_sum *s, void *arg), void *arg);
int ts_ledger_check(struct ts_ledger *l, unsigned int flags,
		    void (*fault)(const char *text, void *arg), void *arg);

/* Value and units: 2^unit_shift wei a unit, -32 <= unit_shift <= 63. */
uint64_t ts_units_of_wei(ts_u128 wei, int unit_shift);
ts_u128 ts_wei_of_units(uint64_t units, int unit_shift);
ts_u128 ts_wei_holding_units(uint64_t units, int unit_shift);

#endif /* TS_LEDGER_LEDGER_H */
