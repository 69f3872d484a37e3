// SPDX-License-Identifier: GPL-2.0
// portal.js - keeps what the page shows of the session true.  The page is
// complete without it; it stores nothing, and asks nobody but the box.
(function () {
	'use strict';

	var SLOT_MS = 10000, POLL_MS = 5000, QUIET_MS = 4000;
	var state = document.getElementById('state');
	var held = document.getElementById('held');
	var lost = document.getElementById('lost');
	var plot = document.getElementById('plot');
	var polling = false, slots, slotAt, last;

	if (!state || !plot)
		return;
	slots = plot.getAttribute('data-slots').split(',').map(Number);
	slotAt = Date.now();

	function text(id, value) {
		var e = document.getElementById(id);

		if (e && e.textContent !== value)
			e.textContent = value;
	}

	// As page_write.c does.
	function bytes(n) {
		var units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'], i = 0;

		while (n >= 1000 && i < units.length - 1) {
			n /= 1000;
			i++;
		}
		return (i ? n.toFixed(n < 9.995 ? 2 : 1) : String(n)) + ' ' + units[i];
	}

	// Amounts do not fit a number: digits are moved, and cut after six decimals.
	function money(wei, decimals, symbol) {
		var cut = decimals > 6 ? 6 : decimals, whole, part;

		while (wei.length <= decimals)
			wei = '0' + wei;
		whole = wei.slice(0, wei.length - decimals);
		part = wei.slice(wei.length - decimals, wei.length - decimals + cut).replace(/0+$/, '');
		return whole + (part ? '.' + part : '') + (symbol ? ' ' + symbol : '');
	}

	function shift(now) {
		for (; now - slotAt >= SLOT_MS; slotAt += SLOT_MS) {
			if (now - slotAt > slots.length * SLOT_MS)
				slotAt = now - slots.length * SLOT_MS;
			slots.push(0);
			slots.shift();
		}
	}

	function draw() {
		var bars = plot.getElementsByTagName('rect'), most = Math.max.apply(null, slots) || 1, i, h;

		for (i = 0; i < bars.length; i++) {
			h = Math.ceil(slots[i] * 60 / most);
			bars[i].setAttribute('height', h);
			bars[i].setAttribute('y', 60 - h);
		}
	}

	// Twice in one second says nothing of the speed.
	function used(now, total) {
		shift(now);
		if (last && total >= last.total) {
			if (now - last.at < 1000)
				return;
			slots[slots.length - 1] += total - last.total;
			text('speed', bytes(Math.round((total - last.total) * 1000 / (now - last.at))) + '/s');
		}
		last = { at: now, total: total };
		draw();
	}

	function show(s) {
		var t = s.tariff;

		if (state.getAttribute('data-state') !== s.state) {
			state.setAttribute('data-state', s.state);
			state.textContent = state.getAttribute('data-' + s.state);
		}
		held.hidden = !s.held;
		if (s.held)
			text('held', held.getAttribute('data-text').replace('{}', function () {
				return s.held.message;
			}));
		if (typeof t.decimals === 'number')
			text('money', money(s.unspent_wei, t.decimals, t.symbol));
		text('bytes', s.remaining_bytes === null ?
			document.getElementById('bytes').getAttribute('data-unlimited') :
			bytes(s.remaining_bytes));
		text('down', bytes(s.used_bytes.down));
		text('up', bytes(s.used_bytes.up));
		used(Date.now(), s.used_bytes.down + s.used_bytes.up);
	}

	function heard(json) {
		lost.hidden = true;
		try {
			show(JSON.parse(json));
		} catch (e) {
			// Half an answer is no answer; the next one is whole.
			lost.hidden = false;
		}
	}

	function poll() {
		var r = new XMLHttpRequest();

		polling = true;
		r.open('GET', '/v1/session');
		r.timeout = POLL_MS;
		r.onload = function () {
			if (r.status === 200)
				heard(r.responseText);
		};
		r.onerror = r.ontimeout = function () {
			lost.hidden = false;
		};
		r.onloadend = function () {
			setTimeout(poll, POLL_MS);
		};
		r.send();
	}

	function listen() {
		var es = new EventSource('/v1/session/events');

		['session', 'paid', 'low', 'dry'].forEach(function (name) {
			es.addEventListener(name, function (e) {
				heard(e.data);
			});
		});
		es.onerror = function () {
			lost.hidden = false;
			// It tries again by itself, unless it was told no.
			if (es.readyState === 2)
				setTimeout(poll, POLL_MS);
		};
	}

	// Nothing is said of a session of which nothing changes.
	function tick() {
		var now = Date.now();

		if (last && now - last.at > QUIET_MS && !polling)
			text('speed', bytes(0) + '/s');
		shift(now);
		draw();
	}

	setInterval(tick, 2000);
	if (window.EventSource)
		listen();
	else
		poll();
})();
