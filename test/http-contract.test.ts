// Tests the rules of every public route (docs/api.md) over HTTP, with the functions as registered. A new route must be
// added to the table publicRoutes: the first test fails until then.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { type HttpAnswer, startHostBench, today } from './host-bench.ts';
import {
  assertGood,
  assertOpenToEverySite,
  assertProblem,
  httpDate,
  type PublicRoute,
  publicRoutes,
} from './http-promises.ts';

const { host, container, call, sync, log } = await startHostBench({ settings: { WORKOUTS: 'classes' } });

const decoders = { br: brotliDecompressSync, gzip: gunzipSync } as const;
/** The headers that caches and browsers use, without those of the connection. */
function withoutConnection({ headers }: HttpAnswer) {
  const { date, connection, 'keep-alive': keepAlive, 'transfer-encoding': coding, ...others } = headers;
  return others;
}

/** The two forms of a date that are obsolete, and that a server must take all the same: of RFC 850, and of asctime(). */
const oldDates = [
  (at: number) => {
    const [, day, month, , year, time] = /, (\d\d) (\w+) (\d\d)(\d\d) (\S+)/.exec(httpDate(at)) ?? [];
    return `${new Intl.DateTimeFormat('en', { weekday: 'long', timeZone: 'UTC' }).format(at)}, ${day}-${month}-${year} ${time} GMT`;
  },
  (at: number) => {
    const [, weekday, day = '', month, year, time] = /^(\w+), (\d\d) (\w+) (\d{4}) (\S+)/.exec(httpDate(at)) ?? [];
    return `${weekday} ${month} ${day.replace(/^0/, ' ')} ${time} ${year}`;
  },
];

describe('the functions that are registered', () => {
  it('are those of the table, the root, health, the sync and the timer', () => {
    const names = host.functions.map(({ name }) => name);
    assert.deepEqual(names.sort(), [...Object.keys(publicRoutes), 'root', 'health', 'sync', 'sync-now'].sort());
  });

  it('are all public and answer GET, HEAD and OPTIONS, but for the sync', () => {
    for (const each of host.functions) {
      if (each.type === 'timer') assert.deepEqual(each, { ...each, name: 'sync', schedule: '0 */15 * * * *' });
      else if (each.name === 'sync-now') assert.deepEqual([each.methods, each.authLevel], [['POST'], 'function']);
      else assert.deepEqual([each.methods, each.authLevel], [['GET', 'HEAD', 'OPTIONS'], 'anonymous'], each.name);
    }
  });
});

describe('after a sync', () => {
  it('that answers with the day', async () => {
    const answer = await sync();
    assert.equal(answer.status, 200, answer.body.toString());
    const outcome = JSON.parse(answer.body.toString());
    assert.deepEqual(outcome, { outcome: 'synced', date: today, synced_at: outcome.synced_at });
    assert.equal(answer.headers['cache-control'], 'no-store');
  });

  it('that every spelling of a path leads to', async () => {
    for (const path of ['/api/card%2Esvg', '/API/%73tats', '/api/../api/stats']) {
      assert.equal((await call(path)).status, 200, path);
    }
  });

  for (const [name, route] of Object.entries(publicRoutes)) {
    describe(name, () => {
      it('has every header of a good answer, and HEAD the same without a body', async () => {
        const got = await call(route.path);
        assertGood(got, route);
        assert.equal(got.headers['content-encoding'], undefined);
        assert.ok(got.body.length > 0);
        const head = await call(route.path, { method: 'HEAD' });
        assert.equal(head.status, 200);
        assert.equal(head.body.length, 0);
        assert.deepEqual(withoutConnection(head), withoutConnection(got));
      });

      it('comes in brotli and gzip where they are asked for, each with a tag of its own', async () => {
        const plain = await call(route.path);
        const tags = new Set([plain.headers.etag]);
        for (const coding of ['br', 'gzip'] as const) {
          const coded = await call(route.path, { headers: { 'accept-encoding': coding } });
          assertGood(coded, route);
          assert.equal(coded.headers['content-encoding'], coding);
          assert.deepEqual(decoders[coding](coded.body), plain.body);
          assert.equal(coded.headers['last-modified'], plain.headers['last-modified']);
          tags.add(coded.headers.etag);
          const head = await call(route.path, { method: 'HEAD', headers: { 'accept-encoding': coding } });
          assert.deepEqual(withoutConnection(head), withoutConnection(coded));
        }
        assert.equal(tags.size, 3);
      });

      it('is 304 for the tag that the reader has, in every coding and for HEAD', async () => {
        for (const coding of ['br', 'gzip', 'identity']) {
          const headers = { 'accept-encoding': coding };
          const { headers: known } = await call(route.path, { headers });
          for (const method of ['GET', 'HEAD']) {
            const again = await call(route.path, {
              method,
              headers: { ...headers, 'if-none-match': known.etag ?? '' },
            });
            assert.equal(again.status, 304);
            assert.equal(again.body.length, 0);
            assertOpenToEverySite(again);
            const { 'content-type': type, 'content-encoding': used, ...others } = known;
            assert.deepEqual(withoutConnection(again), withoutConnection({ ...again, headers: others }));
          }
        }
      });

      it('goes by If-None-Match alone where both conditions are given', async () => {
        const { headers } = await call(route.path);
        const at = Date.parse(headers['last-modified'] ?? '');
        const ask = async (given: Record<string, string>) => (await call(route.path, { headers: given })).status;
        const tag = headers.etag ?? '';
        assert.equal(await ask({ 'if-modified-since': httpDate(at) }), 304);
        assert.equal(await ask({ 'if-modified-since': httpDate(at - 1_000) }), 200);
        for (const form of oldDates) {
          assert.equal(await ask({ 'if-modified-since': form(at) }), 304, form(at));
          assert.equal(await ask({ 'if-modified-since': form(at - 1_000) }), 200, form(at - 1_000));
        }
        assert.equal(await ask({ 'if-none-match': '"another"', 'if-modified-since': httpDate(at) }), 200);
        assert.equal(await ask({ 'if-none-match': tag, 'if-modified-since': httpDate(at - 1_000) }), 304);
        assert.equal(await ask({ 'if-none-match': `"another", W/${tag}` }), 304);
        assert.equal(await ask({ 'if-none-match': '*' }), 304);
        assert.equal(await ask({ 'if-none-match': tag, 'accept-encoding': 'br' }), 200, 'the tag of another coding');
      });

      it('answers OPTIONS with what may be asked', async () => {
        const answer = await call(route.path, { method: 'OPTIONS' });
        assert.equal(answer.status, 204);
        assert.equal(answer.headers.allow, 'GET, HEAD, OPTIONS');
        assert.equal(answer.body.length, 0);
        assertOpenToEverySite(answer);
      });

      it('answers a preflight for every site, method and header where the host leaves it to us', async () => {
        host.setCors(false);
        const { status, headers, body } = await call(route.path, {
          method: 'OPTIONS',
          headers: {
            origin: 'https://site.example',
            'access-control-request-method': 'GET',
            'access-control-request-headers': 'if-none-match, x-anything',
          },
        });
        host.setCors(true);
        assert.deepEqual([status, body.length], [204, 0]);
        assertOpenToEverySite({ headers });
        assert.equal(headers['access-control-allow-methods'], 'GET, HEAD, OPTIONS');
        assert.match(headers['access-control-allow-headers'] ?? '', /^\*, .*\bIf-None-Match\b/);
        assert.equal(headers['access-control-max-age'], '86400');
      });

      it('leaves a preflight and other methods to the host', async () => {
        const asked = log.length;
        const preflight = await call(route.path, {
          method: 'OPTIONS',
          headers: { origin: 'https://site.example', 'access-control-request-method': 'GET' },
        });
        assert.equal(preflight.status, 204);
        assert.equal(preflight.headers['access-control-allow-origin'], '*');
        assert.equal(preflight.headers.allow, undefined);
        for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
          const { status, body } = await call(route.path, { method });
          assert.deepEqual([status, body.length], [404, 0], method);
        }
        assert.equal(log.length, asked);
      });
    });
  }

  it('the root leads to the page, and OPTIONS says what may be asked of it', async () => {
    for (const method of ['GET', 'HEAD']) {
      const answer = await call('/', { method });
      assert.deepEqual([answer.status, answer.body.length], [302, 0], method);
      assert.equal(answer.headers['cache-control'], 'public, max-age=300');
      assertOpenToEverySite(answer);
      const target = new URL(answer.headers.location ?? '', host.url);
      assert.equal(target.href, `${host.url}/api/page`);
      assert.equal((await call(target.pathname, { method })).status, 200);
    }
    assert.equal((await call('/', { method: 'OPTIONS' })).headers.allow, 'GET, HEAD, OPTIONS');
  });

  it('Last-Modified is the instant of the snapshot, since this code is older', async () => {
    const { headers, body } = await call('/api/stats');
    const writtenAt = Date.parse(headers['last-modified'] ?? '');
    const ageMs = writtenAt - Date.parse(JSON.parse(body.toString()).synced_at);
    assert.ok(ageMs > -1_000 && ageMs < 5_000, `${ageMs}`);
  });

  it('the stats are byte for byte what is stored', async () => {
    const stored = await container('public').getBlobClient('latest.json').downloadToBuffer();
    assert.deepEqual((await call('/api/stats')).body, stored);
    assert.deepEqual((await call(`/api/stats/${today}`)).body, stored);
    const series = await container('public').getBlobClient('history.json').downloadToBuffer();
    assert.deepEqual((await call('/api/history')).body, series);
  });

  it('variants of a route keep its promises: themes, metrics, ranges, CSV', async () => {
    const csv = { ...publicRoutes.history, type: 'text/csv; charset=utf-8' } as PublicRoute;
    const { activity } = publicRoutes;
    const variants: [string, PublicRoute | undefined][] = [
      ['/api/card.svg?theme=light', publicRoutes.card],
      ['/api/card.svg?theme=dark', publicRoutes.card],
      ['/api/card.svg?lang=de&title=Mine&accent=0af&hide=total&hide=date', publicRoutes.card],
      ['/api/page?embed', publicRoutes.page],
      ['/api/page?builder=&theme=dark&hide=date', publicRoutes.page],
      ['/api/badge?metric=streak', publicRoutes.badge],
      ['/api/badge?metric=cycling', publicRoutes.badge],
      [`/api/history?from=${today}`, publicRoutes.history],
      [`/api/history?from=2020-01-01&to=${today}&format=json`, publicRoutes.history],
      ['/api/history?to=2020-01-01', publicRoutes.history],
      [`/api/activity?from=${today}`, activity],
      ['/api/activity?to=2020-01-01', activity],
      ['/api/activity?format=csv', csv],
      ['/api/activity?format=csv&from=2020-01-01&to=2026-01-01', csv],
      ['/api/history?format=csv', csv],
    ];
    for (const [path, route] of variants) {
      assert.ok(route);
      for (const coding of ['identity', 'br', 'gzip'] as const) {
        const headers = { 'accept-encoding': coding };
        const answer = await call(path, { headers });
        assertGood(answer, route);
        const again = await call(path, { headers: { ...headers, 'if-none-match': answer.headers.etag ?? '' } });
        assert.equal(again.status, 304, path);
      }
    }
  });

  it('a badge is always 200, and says so where it does not know the metric', async () => {
    const badge = async (query: string) => JSON.parse((await call(`/api/badge${query}`)).body.toString());
    assert.deepEqual([(await badge('')).isError, (await badge('?metric=streak')).isError], [undefined, undefined]);
    assert.equal((await badge('?metric=marathon')).isError, true);
  });

  it('the CSV has a column for every discipline', async () => {
    const { body } = await call('/api/history?format=csv');
    const [header = '', row = ''] = body.toString().split('\r\n');
    const [{ total_workouts: total, counts }] = JSON.parse((await call('/api/history')).body.toString()).points;
    assert.equal(header, `date,total_workouts,${Object.keys(counts).sort().join(',')}`);
    assert.equal(
      row,
      `${today},${total},${Object.keys(counts)
        .sort()
        .map(slug => counts[slug])
        .join(',')}`,
    );
  });

  it('health is ok for GET and HEAD, told afresh every time and open to every site', async () => {
    for (const method of ['GET', 'HEAD']) {
      const answer = await call('/api/health', { method });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['content-type'], 'application/json');
      assert.equal(answer.headers['cache-control'], 'no-store');
      assert.equal(answer.headers.etag, undefined);
      assertOpenToEverySite(answer);
    }
    assert.equal((await call('/api/health', { method: 'OPTIONS' })).headers.allow, 'GET, HEAD, OPTIONS');
    const { body } = await call('/api/health');
    const health = JSON.parse(body.toString());
    assert.deepEqual([health.status, health.problem], ['ok', null]);
    assert.ok(Date.parse(health.next_attempt) > Date.now());
    assert.ok(Date.now() - Date.parse(health.last_success) < 60_000);
  });

  it('a day without a sync is a 404 problem', async () => {
    assertProblem(await call('/api/stats/2001-01-01'), { status: 404, code: 'not-found' });
  });

  it('what nobody registered is 404, and the sync wants POST and its key', async () => {
    for (const path of ['//', '/api', '/api/', '/api/nothing', '/api/stats/2026-11-22/more', '/stats', '/page']) {
      assert.equal((await call(path)).status, 404, path);
    }
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT']) {
      assert.equal((await call('/api/sync', { method })).status, 404, method);
    }
    for (const headers of [{}, { 'x-functions-key': 'guessed' }] as Record<string, string>[]) {
      assert.equal((await call('/api/sync', { method: 'POST', headers })).status, 401);
    }
  });

  it('nothing of all this was an error to the app', () => {
    assert.deepEqual(
      log.filter(({ level }) => level === 'error' || level === 'critical'),
      [],
    );
  });
});
