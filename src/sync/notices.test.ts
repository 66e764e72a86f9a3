import assert from 'node:assert/strict';
import { test } from 'node:test';
import { currentNotices, type Notice, updateNotices } from './notices.ts';

const now = new Date('2026-11-22T09:00:00.000Z');
const earlier = '2026-11-20T09:00:00.000Z';
const known: Notice[] = [
  { code: 'hook-failing', hint: 'old', since: earlier },
  { code: 'parts-lost', hint: 'old', since: earlier },
];

test('a notice begins once, keeps its beginning, takes the newest hint, and ends', () => {
  const first = updateNotices([], { 'parts-lost': { hint: 'a' } }, now);
  const notice: Notice = { code: 'parts-lost', hint: 'a', since: now.toISOString() };
  assert.deepEqual(first, { notices: [notice], begun: [notice] });
  const later = new Date(now.getTime() + 1);
  assert.deepEqual(updateNotices(first.notices, { 'parts-lost': { hint: 'b' } }, later), {
    notices: [{ ...notice, hint: 'b' }],
    begun: [],
  });
  assert.deepEqual(updateNotices(first.notices, { 'parts-lost': null }, later), { notices: [], begun: [] });
});

test('what a run did not look for stays as it is', () => {
  assert.deepEqual(updateNotices(known, {}, now), { notices: known, begun: [] });
  assert.deepEqual(updateNotices(known, { 'hook-failing': null }, now).notices, known.slice(1));
});

test('a reason that is older than the run says since when; a beginning that a wrong clock wrote down is now', () => {
  const sinceOf = (since: string, before: Notice[] = []) =>
    updateNotices(before, { 'hook-failing': { hint: 'x', since } }, now).notices[0]?.since;
  assert.equal(sinceOf('2026-11-01T00:00:00.000Z', known), '2026-11-01T00:00:00.000Z');
  assert.equal(sinceOf('2031-01-01T00:00:00.000Z'), now.toISOString());
  const ahead: Notice = { code: 'hook-failing', hint: 'x', since: '2031-01-01T00:00:00.000Z' };
  assert.equal(updateNotices([ahead], { 'hook-failing': { hint: 'x' } }, now).notices[0]?.since, now.toISOString());
  assert.deepEqual(currentNotices([ahead, ...known], now), [{ ...ahead, since: now.toISOString() }, ...known]);
});
