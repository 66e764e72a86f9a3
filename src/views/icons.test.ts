import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertWellFormedXml } from '../../test/well-formed-xml.ts';
import { renderIcon } from './icons.ts';

const slugs = [
  'cycling',
  'strength',
  'stretching',
  'walking',
  'meditation',
  'yoga',
  'running',
  'cardio',
  'bike_bootcamp',
  'circuit',
  'caesar',
  'caesar_bootcamp',
];

test('each discipline has a drawing of its own', () => {
  const drawings = [...slugs, 'something new', undefined].map(slug => renderIcon(slug).markup);
  assert.equal(new Set(drawings).size, drawings.length);
  drawings.forEach(assertWellFormedXml);
});

test('a slug that nobody knows gets the stopwatch, however odd it is', () => {
  const stopwatch = renderIcon('something new').markup;
  assert.match(stopwatch, /^<path d="M/);
  for (const slug of ['__proto__', 'constructor', '"/><script>', '']) assert.equal(renderIcon(slug).markup, stopwatch);
});
