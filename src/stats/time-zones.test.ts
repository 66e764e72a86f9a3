import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offsetAt } from './time.ts';
import { timeZoneNames } from './time-zone-names.ts';
import { findTimeZone } from './time-zones.ts';

/** The zones that a fault names. */
function likelyFor(given: string): string[] {
  const found = findTimeZone(given);
  assert.ok('fault' in found, `${given} is taken for ${JSON.stringify(found)}`);
  const [, zones] = /^must be an IANA time zone, such as (.+)$/.exec(found.fault) ?? [];
  return zones?.split(' or ') ?? [];
}

function isTakenByEngine(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

test('a zone and a link are taken in any letter case, and given back in the database’s own spelling', () => {
  for (const name of ['Europe/London', 'Asia/Kolkata', 'Asia/Calcutta', 'America/Port-au-Prince', 'Etc/GMT+5', 'UTC']) {
    for (const given of [name, name.toLowerCase(), name.toUpperCase()]) assert.deepEqual(findTimeZone(given), { name });
  }
});

test('every name of the database is one that this Node.js can reckon with', () => {
  assert.ok(timeZoneNames.length > 590, `${timeZoneNames.length}`);
  for (const name of timeZoneNames) {
    assert.deepEqual(findTimeZone(name.toLowerCase()), { name });
    assert.equal(typeof offsetAt(Date.UTC(2026, 10, 22), name), 'number', name);
  }
});

test('what only the engine takes is a fault, and names the zones that were meant', () => {
  assert.deepEqual(likelyFor('BST'), ['Europe/London', 'Asia/Dhaka']);
  assert.deepEqual(likelyFor('ist'), ['Asia/Kolkata', 'Europe/Dublin', 'Asia/Jerusalem']);
  assert.equal(likelyFor('CST')[0], 'America/Chicago');
  assert.deepEqual(likelyFor('SystemV/EST5EDT'), ['America/New_York']);
  assert.deepEqual(likelyFor('US/Pacific-New'), ['America/Los_Angeles']);
});

test('whatever name of three letters the engine takes beyond the database has its likely zones', () => {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const names = letters.flatMap(a => letters.flatMap(b => letters.map(c => a + b + c)));
  const known = new Set(timeZoneNames.map(name => name.toUpperCase()));
  const lenient = names.filter(name => !known.has(name) && isTakenByEngine(name));
  const systemV = ['AST4', 'AST4ADT', 'CST6', 'CST6CDT', 'EST5', 'EST5EDT', 'HST10', 'MST7', 'MST7MDT', 'PST8'];
  const old = [...systemV, 'PST8PDT', 'YST9', 'YST9YDT'].map(name => `SystemV/${name}`);
  assert.ok(lenient.includes('BST') && lenient.length > 20, `${lenient}`);
  for (const name of [...lenient, ...old, 'Canada/East-Saskatchewan']) {
    for (const zone of likelyFor(name)) assert.deepEqual(findTimeZone(zone), { name: zone }, name);
    assert.notDeepEqual(likelyFor(name), ['Europe/Berlin'], name);
  }
});

test('an abbreviation that no engine takes is recognised too', () => {
  assert.deepEqual(likelyFor('CEST'), ['Europe/Berlin', 'Europe/Paris']);
  assert.deepEqual(likelyFor('edt'), ['America/New_York']);
});

test('a name that means nothing, and an offset, are refused without being repeated', () => {
  for (const given of [
    'canary',
    'Berlin',
    '+10:00',
    'UTC+1',
    'GMT+5',
    'Factory',
    '../../etc',
    'Z',
    'constructor',
    '/',
    '',
  ]) {
    assert.deepEqual(likelyFor(given), ['Europe/Berlin'], given);
  }
});

test('a zone that this machine’s own database lacks is a fault that says so', () => {
  const found = findTimeZone('europe/berlin', () => false);
  assert.ok('fault' in found);
  assert.match(
    found.fault,
    /^is the IANA time zone Europe\/Berlin, which this Node\.js does not know .*newer Node\.js$/,
  );
});
