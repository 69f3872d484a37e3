// SPDX-License-Identifier: GPL-2.0
// language.js - in which language the page speaks, and how it writes numbers there.
import { TEXTS } from './texts.js';

const RTL = new Set(['ar']);

/** pickLanguage() - the first of @wanted that the catalogue has; English */
export function pickLanguage(wanted) {
	return wanted.map((tag) => String(tag).toLowerCase().split('-')[0])
		.find((name) => Object.hasOwn(TEXTS, name)) ?? 'en';
}

/** direction() - of its script */
export function direction(language) {
	return RTL.has(language) ? 'rtl' : 'ltr';
}

/** say() - a text of the catalogue, with what belongs into it */
export function say(language, name, facts = {}) {
	const text = TEXTS[language][name] ?? TEXTS.en[name] ?? name;

	/* What comes from outside must not turn the rest around. */
	return text.replace(/\{(\w+)\}/g, (all, key) => `\u2068${facts[key] ?? ''}\u2069`);
}

/** whyText() - what went wrong, by its word; else in the box's own words */
export function whyText(language, error) {
	const reason = error.reason ?? error.error, name = `why_${reason}`, unsigned = `unsigned_${reason}`;

	if (Object.hasOwn(TEXTS.en, unsigned))
		return say(language, 'unsigned', { why: say(language, unsigned) });
	return Object.hasOwn(TEXTS.en, name) ? say(language, name) :
		say(language, 'why_other', { message: error.message || error.error || String(error) });
}

export function printNumber(language, value, digits = 1) {
	return new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
}

export function printTime(language, ms) {
	return new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'medium' }).format(ms);
}
