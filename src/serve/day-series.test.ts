import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeRequest } from '../../test/bench.ts';
import { createDaySeries, readSeriesQuery } from './day-series.ts';
import { jsonType, represent } from './representation.ts';

type Entry = { date: string };

const entries = Array.from({ length: 40 }, (_, index) => ({
  date: new Date(Date.UTC(2026, 0, 1 + 2 * index)).toISOString().slice(0, 10),
}));
const lastModified = new Date('2026-11-22T08:00:00Z');

/** A series of every second day, that counts how often a part of it is made. */
function startSeries(some: readonly Entry[] = entries) {
  const made: string[] = [];
  const make = (part: readonly Entry[]) => {
    const text = part.map(({ date }) => date.slice(5)).join(' ');
    made.push(text);
    return text;
  };
  const whole = represent({ bytes: Buffer.from('all'), contentType: jsonType, lastModified });
  const get = createDaySeries({ entries: some, whole, toJson: part => ({ part: make(part) }), toCsv: make });
  const ask = (query: Record<string, string>) => {
    const read = readSeriesQuery(fakeRequest({ query }));
    assert.ok(typeof read === 'object', `${read}`);
    return get(read);
  };
  return { made, whole, ask };
}

const bodyOf = async (representation: ReturnType<ReturnType<typeof startSeries>['ask']>) =>
  Buffer.from((await representation.in('identity').full()).body ?? []).toString();

test('a range holds its first and its last day, and is made once, in each format and however it is written', async () => {
  const { made, ask } = startSeries();
  const part = ask({ from: '2026-01-03', to: '2026-01-07' });
  assert.equal(await bodyOf(part), '{"part":"01-03 01-05 01-07"}');
  for (let times = 0; times < 3; times++) {
    assert.equal(ask({ from: '2026-01-03', to: '2026-01-07' }), part);
    assert.equal(ask({ from: '2026-01-02', to: '2026-01-08', format: 'json' }), part);
  }
  assert.equal(made.length, 1);
  const csv = ask({ from: '2026-01-03', to: '2026-01-07', format: 'csv' });
  assert.equal(await bodyOf(csv), '01-03 01-05 01-07');
  assert.equal(ask({ from: '2026-01-02', to: '2026-01-08', format: 'csv' }), csv);
  assert.equal(made.length, 2);
  assert.equal((await csv.in('br').full()).headers['Last-Modified'], lastModified.toUTCString());
});

test('a range that holds every day is the whole, as stored', () => {
  const { made, whole, ask } = startSeries();
  for (const query of [{}, { from: '2016-01-01' }, { from: '2026-01-01', to: '2026-12-31' }, { to: '9999-12-31' }]) {
    assert.equal(ask(query), whole);
  }
  assert.equal(ask({ format: 'csv' }), ask({ format: 'csv', from: '0000-01-01' }));
  assert.deepEqual(made.length, 1);
});

test('ranges without a day share one answer, before, between and after the days', async () => {
  const { made, ask } = startSeries();
  const none = ask({ to: '2025-12-31' });
  assert.equal(await bodyOf(none), '{"part":""}');
  for (const query of [{ from: '2026-01-02', to: '2026-01-02' }, { from: '2027-01-01' }])
    assert.equal(ask(query), none);
  assert.equal(made.length, 1);
  assert.equal(await bodyOf(startSeries([]).ask({ from: '2026-01-01' })), '{"part":""}');
});

test('of many ranges the 12 that were asked for last are kept', () => {
  const { made, ask } = startSeries();
  const from = (index: number) => ask({ from: entries[index]?.date ?? '' });
  const first = from(1);
  for (let index = 1; index <= 12; index++) from(index);
  assert.equal(from(1), first);
  from(13);
  assert.equal(made.length, 13);
  assert.equal(from(1), first, 'asked for a moment ago');
  from(2);
  assert.equal(made.length, 14, 'dropped, and made again');
});

test('every fault of a query is said, and a reversed range only where there is no other', () => {
  const read = (query: Record<string, string>) => readSeriesQuery(fakeRequest({ query }));
  assert.equal(
    read({ from: '2026-02-30', to: 'x', format: 'xml' }),
    'from must be a day of the calendar, written YYYY-MM-DD; to must be a day of the calendar, written YYYY-MM-DD; format must be json or csv.',
  );
  assert.equal(read({ from: '2026-02-03', to: '2026-02-02' }), 'from must not be after to.');
  assert.equal(read({ format: '' }), 'format must be json or csv.');
  assert.deepEqual(read({ from: '2026-02-03' }), { from: '2026-02-03', to: '9999-12-31', format: 'json' });
});
