// What api.md says against the service: routes, headers, errors, and the script of the example.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { startHostBench } from '../test/host-bench.ts';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const page = read('api.md');
const { host, call, sync } = await startHostBench();

/** The cells of each row of the table in the section of that title. */
function readTable(title: string): string[][] {
  const section = page.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter(line => line.startsWith('|'));
  return rows.slice(2).map(row => row.slice(2, -2).split(' | '));
}

function readJson(title: string): Record<string, unknown> {
  const section = page.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
  return JSON.parse(/^```json\n(.*?)^```$/ms.exec(section)?.[1] ?? '');
}

const codeOf = (cell: string | undefined) => /`([^`]+)`/.exec(cell ?? '')?.[1] ?? '';

test('it names every function that can be reached, and no other', () => {
  const pathOf = (name: string, route: string) => (name === 'root' ? '/' : `/${route}`);
  const registered = host.functions.flatMap(each =>
    each.type === 'http' ? [`${each.methods[0]} ${pathOf(each.name, each.route)}`] : [],
  );
  const named = readTable('Routes').map(([route]) => codeOf(route));
  assert.deepEqual(named.toSorted(), registered.toSorted());
});

test('the headers it names are those of the stats, and their values too', async () => {
  assert.equal((await sync()).status, 200);
  const { headers } = await call('/api/stats', { headers: { 'accept-encoding': 'br' } });
  for (const [name, value] of readTable('Caching')) {
    const actual = headers[codeOf(name).toLowerCase()];
    assert.ok(actual, `${name} is sent`);
    if (value?.startsWith('`')) assert.equal(actual, codeOf(value));
  }
});

test('the errors it shows are the ones that are answered', async () => {
  const { body } = await call('/api/history?from=yesterday');
  assert.deepEqual(readJson('Errors'), JSON.parse(body.toString()));
  const paths = ['/api/stats/yesterday', '/api/stats/2001-01-01', '/api/workouts'];
  const rows = readTable('Errors').map(([status = '', code]) => ({ status, code: codeOf(code) }));
  assert.deepEqual(
    rows.map(({ status }) => status),
    ['400', '404', '404', '500', '503'],
  );
  for (const [index, path] of paths.entries()) {
    const { status, body } = await call(path);
    assert.deepEqual({ status: `${status}`, code: JSON.parse(body.toString()).code }, rows[index]);
  }
});

test('the answers it shows have the members of the real ones', async () => {
  const stats = JSON.parse((await call('/api/stats')).body.toString());
  assert.deepEqual(Object.keys(readJson('The snapshot')), Object.keys(stats));
  const history = JSON.parse((await call('/api/history')).body.toString());
  assert.deepEqual(Object.keys(readJson('History')), Object.keys(history));
  const activity = JSON.parse((await call('/api/activity')).body.toString());
  assert.deepEqual(Object.keys(readJson('Activity')), Object.keys(activity));
  const health = JSON.parse((await call('/api/health')).body.toString());
  assert.deepEqual(Object.keys(readJson('Health')), Object.keys(health));
});

test('its script is that of the example', () => {
  assert.ok(page.includes(`\`\`\`js\n${read('../examples/plain-html/show-stats.js')}\`\`\``));
});
