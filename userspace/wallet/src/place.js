// SPDX-License-Identifier: GPL-2.0
// place.js - where the page is: on plain http any evil twin of the box is the same place,
// so there no key is made, imported or held.

/** isSafe() - whether a key may be here; @location: the page's */
export function isSafe(location) {
	return location.protocol === 'https:' && Boolean(location.hostname);
}

/** safeUrl() - the same page where a key may be; the box's https is at its usual port */
export function safeUrl(location) {
	return `https://${location.hostname}${location.pathname}`;
}
