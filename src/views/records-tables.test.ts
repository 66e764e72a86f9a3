import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderRecords } from './records-tables.ts';

const record = (slug: string) => ({ name: `record ${slug}`, slug, value: 1 });
const rowsOf = (slugs: string[]) => {
  const { markup = '' } = renderRecords([{ name: 'Cycling', slug: 'cycling', records: slugs.map(record) }]) ?? {};
  return [...markup.matchAll(/record (\w+)/g)].map(([, slug]) => slug);
};

test('records over time stand from the shortest to the longest', () => {
  assert.deepEqual(rowsOf(['2700', '3600', '300', '1200']), ['300', '1200', '2700', '3600']);
});

test('records whose slug is no number stay as Peloton sent them', () => {
  assert.deepEqual(rowsOf(['one_mile', 'ten_k', 'five_k']), ['one_mile', 'ten_k', 'five_k']);
});

test('a discipline without records has no table', () => {
  assert.equal(renderRecords([{ name: 'Yoga', slug: 'yoga', records: [] }]), undefined);
});
