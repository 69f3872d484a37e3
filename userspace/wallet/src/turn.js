// SPDX-License-Identifier: GPL-2.0
// turn.js - of several tabs one pays (Web Locks).
//
// A purse that two tabs go on from is refused by the store to the second; this is so
// that the second does not even begin.

/**
 * takeTurn() - be the one, until release() or the end of the tab
 * @locks: navigator.locks
 * @name: of what is paid from
 * @wait: until the other is gone; else at once
 * @signal: ends the waiting
 *
 * Return: release(), or null: another tab is, or this browser has no such locks.
 */
export function takeTurn(locks, name, { wait = false, signal } = {}) {
	if (!locks?.request)
		return Promise.resolve(null);
	return new Promise((resolve, reject) => {
		const options = wait ? { mode: 'exclusive', signal } : { mode: 'exclusive', ifAvailable: true };

		locks.request(`tokenswitch-wallet:${name}`, options, (lock) => {
			if (!lock) {
				resolve(null);
				return undefined;
			}
			return new Promise((release) => { resolve(release); });
		}).catch(reject);
	});
}
