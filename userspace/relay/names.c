// SPDX-License-Identifier: GPL-2.0
/* names.c - how verdicts, events and reasons are said. */
#include "relay/relay.h"

static const char *const verdicts[TS_RELAY_VERDICT_COUNT] = {
	[TS_RELAY_TAKEN] = "taken",
	[TS_RELAY_BAD_FORM] = "bad_form",
	[TS_RELAY_OWN] = "own",
	[TS_RELAY_WRONG_CHAIN] = "wrong_chain",
	[TS_RELAY_WRONG_BOX] = "wrong_box",
	[TS_RELAY_STRANGER] = "stranger",
	[TS_RELAY_OLD] = "old",
	[TS_RELAY_BAD_SIGNATURE] = "bad_signature",
	[TS_RELAY_MAC_TAKEN] = "mac_taken",
	[TS_RELAY_RISE] = "rise",
	[TS_RELAY_NO_NOTICE] = "no_notice",
	[TS_RELAY_BACKWARDS] = "backwards",
};

/**
 * struct said - an event
 * @name: stable snake_case word
 * @text: one line for people: what it is and what to do
 */
static const struct said {
	const char *name;
	const char *text;
} events[TS_RELAY_EVENT_COUNT] = {
	[TS_RELAY_MET] = { "met", "its radios are known now" },
	[TS_RELAY_LOST] = { "lost", "it was not heard of for as long as it said that it lives" },
	[TS_RELAY_CLAIMS_OURS] = { "radio_taken",
		"it claims a radio that another living neighbour has, or this box itself; the first keeps it: look which of them lies" },
	[TS_RELAY_OVERCLAIMS] = { "overclaims",
		"it says that it carried more for this box than this box had of it; only our own count is paid" },
	[TS_RELAY_HIDES] = { "hides",
		"it admits less than this box carried for it; its window is halved" },
	[TS_RELAY_PADS] = { "pads",
		"downloads came of it that no client here has had; they are not paid" },
	[TS_RELAY_REMINDED] = { "reminded",
		"it has shown what this box had signed and did not know any more; was an old backup restored?" },
	[TS_RELAY_DEARER] = { "dearer",
		"it asks more than is accepted here; it is paid by its old prices" },
	[TS_RELAY_UPSTREAM_LOW] = { "upstream_low",
		"the channel to it carries little more; deposit, or clients will be cut" },
	[TS_RELAY_UPSTREAM_WELL] = { "upstream_well", "the channel to it carries enough again" },
	[TS_RELAY_CANNOT_PAY] = { "cannot_pay",
		"our side of the channel to it is empty; deposit, or it will carry nothing" },
};

static const char *const no_windows[TS_NO_WINDOW_COUNT] = {
	[TS_WINDOW_OPEN] = "open",
	[TS_NO_HELLO] = "no_hello",
	[TS_NO_CHANNEL] = "no_channel",
	[TS_NO_WORTH] = "channel_worth_too_little",
	[TS_NO_ROOM] = "box_at_its_limit",
};

/** ts_relay_verdict_name() - Return: a stable word */
const char *ts_relay_verdict_name(enum ts_relay_verdict verdict)
{
	return verdicts[verdict];
}

/** ts_relay_event_name() - Return: a stable word */
const char *ts_relay_event_name(enum ts_relay_event event)
{
	return events[event].name;
}

/** ts_relay_event_text() - Return: one line for people */
const char *ts_relay_event_text(enum ts_relay_event event)
{
	return events[event].text;
}

/** ts_no_window_name() - Return: a stable word */
const char *ts_no_window_name(enum ts_no_window no_window)
{
	return no_windows[no_window];
}
