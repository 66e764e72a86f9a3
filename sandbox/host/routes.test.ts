import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileRoute } from './routes.ts';

describe('the route of an http function', () => {
  it('matches its literals in any case, with or without a slash at the end', () => {
    const route = compileRoute('stats', 'api');
    assert.deepEqual(route('/api/stats'), {});
    assert.deepEqual(route('/API/Stats/'), {});
    for (const path of ['/stats', '/api/stats/x', '/api/statsx', '/xapi/stats', '/api//stats']) {
      assert.equal(route(path), undefined, path);
    }
  });

  it('takes a dot in a literal for a dot', () => {
    assert.deepEqual(compileRoute('card.svg', 'api')('/api/card.svg'), {});
    assert.equal(compileRoute('card.svg', 'api')('/api/cardxsvg'), undefined);
  });

  it('gives parameters as they are, and never lets one span a slash', () => {
    const route = compileRoute('stats/{date}', 'api');
    assert.deepEqual(route('/api/stats/2026-11-22'), { date: '2026-11-22' });
    assert.deepEqual(route('/api/stats/café'), { date: 'café' });
    assert.equal(route('/api/stats/2026/11'), undefined);
    assert.equal(route('/api/stats/'), undefined);
    assert.deepEqual(route('/api/stats/%zz'), { date: '%zz' });
    assert.deepEqual(route('/api/stats/a%2Fb'), { date: 'a%2Fb' });
    assert.deepEqual(compileRoute('café', 'api')('/api/café'), {});
  });

  it('knows optional, constrained, mixed and catch-all parameters', () => {
    assert.deepEqual(compileRoute('a/{id:int}')('/a/-12'), { id: '-12' });
    assert.equal(compileRoute('a/{id:int}')('/a/x'), undefined);
    assert.deepEqual(compileRoute('a/{id:int?}')('/a'), {});
    assert.deepEqual(compileRoute('a/{id?}')('/a/1'), { id: '1' });
    assert.deepEqual(compileRoute('a/{name}.{kind}')('/a/card.svg'), { name: 'card', kind: 'svg' });
    assert.deepEqual(compileRoute('{*rest}', 'api')('/api/a/b c'), { rest: 'a/b c' });
    assert.deepEqual(compileRoute('{*rest}', 'api')('/api'), {});
  });

  it('matches the root by a parameter of no length, and nothing but the root', () => {
    const root = compileRoute('{ignored:maxlength(0)?}');
    assert.deepEqual(root('/'), {});
    for (const path of ['/x', '//', '/api', '/api/page', '/%20']) assert.equal(root(path), undefined, path);
    assert.deepEqual(compileRoute('a/{x:maxlength(2)}')('/a/bc'), { x: 'bc' });
    assert.equal(compileRoute('a/{x:maxlength(2)}')('/a/bcd'), undefined);
  });

  it('refuses a template it would match otherwise than Azure', () => {
    assert.throws(() => compileRoute('a/{id:regex(x)}'), /constraint "regex\(x\)"/);
    assert.throws(() => compileRoute('a/{id:guidd}'), /constraint "guidd"/);
    assert.throws(() => compileRoute('a/{id:maxlength(x)}'), /constraint "maxlength\(x\)"/);
    assert.throws(() => compileRoute('a/{x?}/b'), /is not understood/);
    assert.throws(() => compileRoute('{*rest}/b'), /is not understood/);
    assert.throws(() => compileRoute('{a}/{a}'), /occurs twice/);
    assert.throws(() => compileRoute('a/{'), /is not understood/);
  });
});
