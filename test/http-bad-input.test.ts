// Tests requests with bad input of every kind: each is answered as if the input were absent, or with a problem that says
// what is allowed. None gets a 500, and no part of a request is in an answer or in the log.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import fc from 'fast-check';
import { startHostBench, today } from './host-bench.ts';
import { assertGood, assertNothingOf, assertProblem, publicRoutes } from './http-promises.ts';

const { call, sync, log } = await startHostBench();
/** A text in every request, which no answer and no log line may contain. */
const marker = 'mark3r';
/** Nearly as long as the platform lets a request line be. */
const long = marker.repeat(1_300);

before(async () => {
  const answer = await sync();
  assert.equal(answer.status, 200, answer.body.toString());
});

const noDays = [marker, '2026-13-01', '2026-02-30', '2025-02-29', '2026-2-3', '26-02-03', '+002026-02-03', '%20'];
const oddDays = [
  '2026-02-03T00:00:00Z',
  '%2e%2e%2flatest',
  '..%2F..%2Flatest.json',
  '%zz',
  '%E0%A4%A',
  '__proto__',
  'constructor',
  '%F0%9F%9A%B4',
  long,
];

describe('a day', () => {
  for (const day of [...noDays, ...oddDays]) {
    it(`that is none is a 400 that says how to write one: ${day.slice(0, 20)}`, async () => {
      const answer = await call(`/api/stats/${day}`);
      const { detail } = assertProblem(answer, { status: 400, code: 'bad-request' });
      assert.equal(detail, 'The date must be a day of the calendar, written YYYY-MM-DD.');
      assertNothingOf(marker, answer);
    });
  }

  it('that is absurd is a 404 as any other without a sync, and is not promised for later', async () => {
    for (const day of ['0000-01-01', '0001-01-01', '1969-12-31', '2024-02-29', '9999-12-31']) {
      const answer = await call(`/api/stats/${day}`);
      assertProblem(answer, { status: 404, code: 'not-found' });
      assert.equal(answer.headers['retry-after'], undefined);
    }
  });

  it('that leads elsewhere, or that no server takes, is not seen by us', async () => {
    for (const [day, status] of [
      ['..', 404],
      ['../stats', 200],
      ['%00', 400],
    ] as const) {
      const answer = await call(`/api/stats/${day}`);
      assert.equal(answer.status, status, day);
      if (status !== 200) assert.equal(answer.body.length, 0, day);
    }
  });

  it('may be followed by any parameter', async () => {
    assert.equal((await call(`/api/stats/${today}?date=${marker}&__proto__=1&${long}`)).status, 200);
  });
});

describe('a range', () => {
  const isDay = 'must be a day of the calendar, written YYYY-MM-DD';
  const refused: [string, string][] = [
    [`from=${marker}`, `from ${isDay}.`],
    ['from=', `from ${isDay}.`],
    ['to=2026-02-30', `to ${isDay}.`],
    ['to=__proto__', `to ${isDay}.`],
    ['from=2026-01-01&from=2026-01-02', `from ${isDay}.`],
    [`from=${long}`, `from ${isDay}.`],
    ['from=2026-01-02&to=2026-01-01', 'from must not be after to.'],
    [`format=${marker}`, 'format must be json or csv.'],
    ['format=', 'format must be json or csv.'],
    ['format=CSV', 'format must be json or csv.'],
    ['format=constructor', 'format must be json or csv.'],
    [`from=1&to=2&format=3`, `from ${isDay}; to ${isDay}; format must be json or csv.`],
  ];
  for (const [query, expected] of refused) {
    it(`is a 400 that names everything that is wrong: ${query.slice(0, 40)}`, async () => {
      const answer = await call(`/api/history?${query}`);
      assert.equal(assertProblem(answer, { status: 400, code: 'bad-request' }).detail, expected);
      assertNothingOf(marker, answer);
    });
  }

  it('may be absurdly wide, empty, or among parameters that nobody knows', async () => {
    const points = async (query: string) => {
      const answer = await call(`/api/history?${query}`);
      assert.equal(answer.status, 200, query);
      return JSON.parse(answer.body.toString()).points.length;
    };
    assert.equal(await points('from=0000-01-01&to=9999-12-31'), 1);
    assert.equal(await points('from=9999-12-31'), 0);
    assert.equal(await points(`__proto__=${marker}&constructor=1&${long}&FROM=x`), 1);
  });
});

describe('a sync', () => {
  it('that is forced in another way, or twice, is a 400 that says how, and none is made', async () => {
    for (const query of [`force=${marker}`, 'force=false', 'force=true&force=true', 'force&force', 'force=1&force=0']) {
      const answer = await sync(`?${query}`);
      const { detail } = assertProblem(answer, { status: 400, code: 'bad-request' });
      assert.equal(detail, 'force must be given once: as force, force=1 or force=true.');
      assertNothingOf(marker, answer);
    }
    for (const query of ['force', 'force=', 'force=1', 'force=TRUE']) {
      assert.equal(JSON.parse((await sync(`?${query}`)).body.toString()).outcome, 'synced', query);
    }
  });
});

describe('a picture', () => {
  it('is drawn for any theme', async () => {
    const { card } = publicRoutes;
    assert.ok(card);
    const auto = await call('/api/card.svg');
    for (const theme of [marker, '', '__proto__', 'toString', long, 'light,dark']) {
      const answer = await call(`/api/card.svg?theme=${theme}`);
      assertGood(answer, card);
      assert.deepEqual(answer.body, auto.body);
    }
  });

  it('is a badge that does not repeat the metric it does not know', async () => {
    const { badge } = publicRoutes;
    assert.ok(badge);
    for (const metric of [marker, '__proto__', 'constructor', 'total,streak', long, '%00', '%22%3E%3Cscript%3E']) {
      const answer = await call(`/api/badge?metric=${metric}`);
      assertGood(answer, badge);
      assert.deepEqual(JSON.parse(answer.body.toString()), {
        schemaVersion: 1,
        label: 'Peloton',
        message: 'unknown metric',
        color: 'lightgrey',
        isError: true,
      });
    }
  });
});

describe('Accept-Encoding', () => {
  const choices: [string, string | undefined][] = [
    ['', undefined],
    ['zstd', undefined],
    [marker, undefined],
    [';;;,,,q=', undefined],
    ['br;q=0', undefined],
    ['br;q=none', undefined],
    ['br;q=-1', undefined],
    ['*', 'br'],
    ['gzip, br;q=0', 'gzip'],
    ['br;q=0.2, gzip;q=0.9', 'gzip'],
    ['GZIP;Q=1', 'gzip'],
    ['deflate, x-gzip', 'gzip'],
    ['gzip;q=0, *;q=0.5', 'br'],
    ['identity;q=1, br;q=0.5', undefined],
    [`${marker},`.repeat(1_000), undefined],
  ];
  for (const [header, expected] of choices) {
    it(`chooses ${expected ?? 'none'} for "${header.slice(0, 30)}"`, async () => {
      const { status, headers } = await call('/api/stats', { headers: { 'accept-encoding': header } });
      assert.deepEqual([status, headers['content-encoding']], [200, expected]);
    });
  }

  it('that forbids everything is answered as if it were not there, pictures above all', async () => {
    for (const header of ['identity;q=0', '*;q=0', `${marker};q=1, identity;q=0`, 'br;q=0, gzip;q=0, identity;q=0']) {
      for (const path of ['/api/stats', '/api/card.svg', '/api/badge']) {
        const { status, headers } = await call(path, { headers: { 'accept-encoding': header } });
        assert.deepEqual(
          [status, headers['content-encoding'], headers.vary],
          [200, undefined, 'Accept-Encoding'],
          path,
        );
      }
    }
  });
});

describe('a condition', () => {
  const ask = async (headers: Record<string, string>) => (await call('/api/stats', { headers })).status;

  it('that makes no sense is as good as none', async () => {
    for (const tags of [marker, '"', '""', 'W/', 'W/"', ',,,', `"${marker}"`, `"${marker}", `.repeat(1_000)]) {
      assert.equal(await ask({ 'if-none-match': tags }), 200, tags.slice(0, 30));
    }
    const dates = [marker, '0', '99999', '2099', '2099-01-01', '2099-01-01T00:00:00Z', 'Sat, 99 Foo 2099 99:99:99 GMT'];
    for (const date of [...dates, 'Thu, 01 Jan 2099 00:00:00', `Thu, 01 Jan 2099 00:00:00 GMT${marker}`]) {
      assert.equal(await ask({ 'if-modified-since': date }), 200, date);
    }
  });

  it('holds at the end of a list of ten thousand bytes, and for a day that is far off', async () => {
    const { headers } = await call('/api/stats');
    const { etag = '' } = headers;
    assert.equal(await ask({ 'if-none-match': `${`"${marker}", `.repeat(1_000)}${etag}` }), 304);
    assert.equal(await ask({ 'if-none-match': ` , ${etag} ,, ` }), 304);
    assert.equal(await ask({ 'if-modified-since': 'Fri, 31 Dec 9999 23:59:59 GMT' }), 304);
    assert.equal(await ask({ 'if-modified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' }), 200);
  });
});

describe('anything at all', () => {
  const names = fc.constantFrom('from', 'to', 'format', 'theme', 'metric', 'code', '__proto__', 'x[]', '');
  const queries = fc.array(fc.tuple(names, fc.string({ unit: 'binary', maxLength: 30 })), { maxLength: 5 });
  const paths = fc.oneof(
    fc.constantFrom(...Object.values(publicRoutes).map(({ path }) => path), '/api/health'),
    fc.string({ unit: 'binary', maxLength: 30 }).map(text => `/api/stats/${encodeURIComponent(text.toWellFormed())}`),
  );
  const headers = fc.record(
    {
      'accept-encoding': fc.string({ maxLength: 30 }),
      'if-none-match': fc.string({ maxLength: 30 }),
      'if-modified-since': fc.string({ maxLength: 30 }),
    },
    { requiredKeys: [] },
  );

  it('is answered, refused or unknown, and never breaks the service', async () => {
    const property = fc.asyncProperty(paths, queries, headers, async (path, query, given) => {
      const { status } = await call(`${path}?${new URLSearchParams(query)}`, { headers: given });
      assert.ok([200, 304, 400, 404].includes(status), `${status}`);
    });
    await fc.assert(property, { numRuns: 100 });
  });

  it('gets into no log, and is no error', () => {
    const told = log.filter(({ level, message }) => /error|critical/.test(level) || message.includes(marker));
    assert.deepEqual(told, []);
  });
});
