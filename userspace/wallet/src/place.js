// SPDX-License-Identifier: GPL-2.0
// place.js - where the page is: on plain http any evil twin of the box is the same place,
// so there no key is made, imported or held.

/** isSafe() - whether a key may be here; @location: the page's */
export function isSafe(location) {
	return location.protocol === 'https:' && Boolean(location.hostname);
}

/**
 * safeUrl() - the same page where a key may be
 * @https: what the box says that its https is; without it that is at its usual port
 */
export function safeUrl(location, https) {
	const guess = `https://${location.hostname}${location.pathname}`;

	try {
		const url = new URL(location.pathname, https);

		return isSafe(url) ? url.href : guess;
	} catch {
		return guess;
	}
}
