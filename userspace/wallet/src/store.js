// SPDX-License-Identifier: GPL-2.0
// store.js - what is kept in the browser (IndexedDB): sealed keys, channels, receipts.
//
// A commit has happened when its transaction is complete, and the browser was asked to
// have it on the disk by then.  Whoever commits says which state it goes on from: of two
// tabs that go on from the same one, the second fails.
const NAME = 'tokenswitch-wallet';
const VERSION = 2;

/** StoreError - nothing can be kept here, so nothing may be held either */
export class StoreError extends Error {
	reason = 'store';
}

/** Overtaken - another tab has gone on from the same state */
export class Overtaken extends Error {
	reason = 'overtaken';
}

const failed = (what) => new StoreError(String(what?.message ?? what ?? 'refused'));

function upgrade(db, from) {
	if (from < 1) {
		db.createObjectStore('keys', { keyPath: 'address' });
		db.createObjectStore('purses', { keyPath: 'id' });
		db.createObjectStore('receipts', { keyPath: ['purse', 'number'] });
	}
	db.createObjectStore('deposits', { keyPath: 'id' });
}

function openDatabase(factory) {
	return new Promise((resolve, reject) => {
		/* Where storage is forbidden even to look at it throws. */
		const request = factory.open(NAME, VERSION);

		request.onupgradeneeded = (event) => upgrade(request.result, event.oldVersion);
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(failed(request.error));
		request.onblocked = () => reject(failed('blocked by another tab'));
	});
}

export class Store {
	#db;

	constructor(db) {
		this.#db = db;
		/* A later version of the page in another tab must not wait for us. */
		db.onversionchange = () => db.close();
	}

	/** Store.open() - @getFactory: gives indexedDB, or throws; tried out before it is believed */
	static async open(getFactory) {
		try {
			const store = new Store(await openDatabase(getFactory()));

			await store.#run(['keys'], 'readwrite', (tx) => {
				tx.objectStore('keys').put({ address: 'trial' });
				tx.objectStore('keys').delete('trial');
			});
			return store;
		} catch (e) {
			throw failed(e);
		}
	}

	close() {
		this.#db.close();
	}

	/* @work: starts requests; the first may set .value for the answer. */
	#run(names, mode, work) {
		return new Promise((resolve, reject) => {
			const tx = this.#db.transaction(names, mode, { durability: 'strict' });
			const out = {};

			tx.oncomplete = () => resolve(out.value);
			tx.onabort = () => reject(out.why ?? failed(tx.error));
			tx.onerror = () => { out.why ??= failed(tx.error); };
			try {
				work(tx, out);
			} catch (e) {
				out.why = failed(e);
				tx.abort();
			}
		}).catch((e) => {
			throw e instanceof Overtaken ? e : failed(e);
		});
	}

	#read(name, ask) {
		return this.#run([name], 'readonly', (tx, out) => {
			const request = ask(tx.objectStore(name));

			request.onsuccess = () => { out.value = request.result; };
		});
	}

	/** keys() - { address, keystore, channel: what it is for, path } */
	keys() {
		return this.#read('keys', (s) => s.getAll());
	}

	putKey(key) {
		return this.#run(['keys'], 'readwrite', (tx) => tx.objectStore('keys').put(key));
	}

	forgetKey(address) {
		return this.#run(['keys'], 'readwrite', (tx) => tx.objectStore('keys').delete(address));
	}

	purse(id) {
		return this.#read('purses', (s) => s.get(id));
	}

	purses() {
		return this.#read('purses', (s) => s.getAll());
	}

	receipts(id) {
		return this.#read('receipts', (s) => s.getAll(rangeOf(id)));
	}

	receipt(id, number) {
		return this.#read('receipts', (s) => s.get([id, number]));
	}

	/** deposit() - of a wallet, that is under way; or undefined */
	deposit(address) {
		return this.#read('deposits', (s) => s.get(address));
	}

	/** keepDeposit() - @from: the record that it goes on from, if any: another tab may have been faster */
	keepDeposit(record, from) {
		return this.#deposits(from, record.id, (s) => s.put(record));
	}

	/** dropDeposit() - it is over; likewise, for another tab may have signed the next one */
	dropDeposit(record) {
		return this.#deposits(record, record.id, (s) => s.delete(record.id));
	}

	#deposits(from, id, work) {
		return this.#run(['deposits'], 'readwrite', (tx, out) => {
			const records = tx.objectStore('deposits');

			goOn(tx, out, records.get(id), (found) => lastHash(found) === lastHash(from), () => work(records));
		});
	}

	/**
	 * commit() - a purse's next record, and what it adds to its receipts
	 * @record: with id and seq, one more than of the record that it goes on from
	 * @receipts: with number; one of the same number is replaced
	 *
	 * Throws StoreError or Overtaken; then nothing has changed.
	 */
	commit(record, receipts = []) {
		return this.#run(['purses', 'receipts'], 'readwrite', (tx, out) => {
			for (const receipt of receipts)
				tx.objectStore('receipts').put({ ...receipt, purse: record.id });
			advance(tx, out, tx.objectStore('purses'), record);
		});
	}
}

/* Goes on from the record before, or all of the transaction is undone. */
function goOn(tx, out, request, isBefore, work) {
	request.onsuccess = () => {
		if (isBefore(request.result)) {
			work();
			return;
		}
		out.why = new Overtaken();
		tx.abort();
	};
}

function advance(tx, out, records, record) {
	goOn(tx, out, records.get(record.id), (found) => (found?.seq ?? 0) === record.seq - 1, () => records.put(record));
}

/** lastHash() - names a deposit as it was signed; a number in a row would begin anew */
export const lastHash = (deposit) => deposit?.steps.at(-1).hash;

/* All keys that begin with it; what is later than any number is an array. */
function rangeOf(id) {
	return globalThis.IDBKeyRange.bound([id], [id, []]);
}
