// SPDX-License-Identifier: GPL-2.0
// all.js - in this order, for what was paid stays paid; see run.
import { after, afterEach } from 'node:test';
import { begin, end, leave } from './client.js';

await begin();
after(end);
afterEach(leave);
await import('./captive.js');
await import('./voucher.js');
await import('./story.js');
await import('./api.js');
