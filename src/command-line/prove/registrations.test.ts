import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { it } from 'node:test';
import { promisify } from 'node:util';
import { pathOf, readRegistrations } from './registrations.ts';

const repository = resolve(import.meta.dirname, '../../..');

it('the registrations that are read are those that a host is told', async () => {
  const script = `
    import { startLocalHost } from ${JSON.stringify(join(repository, 'sandbox/local-host.ts'))};
    const host = await startLocalHost({ root: ${JSON.stringify(repository)}, log: () => {} });
    console.log(JSON.stringify(host.functions));
    await host.close();`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  const told: { name: string; route?: string; methods?: string[] }[] = JSON.parse(stdout);
  const read = await readRegistrations();
  const byName = new Map(read.map(each => [each.name, each]));
  assert.equal(read.length, told.length);
  for (const { name, route, methods = [] } of told) assert.deepEqual(byName.get(name), { name, route, methods });
});

it('a path has a day for its date, and nothing for what may be left out', async () => {
  assert.equal(pathOf('{ignored:maxlength(0)?}', '2026-11-22'), '');
  assert.equal(pathOf('api/stats/{date}', '2026-11-22'), 'api/stats/2026-11-22');
  for (const { route = '' } of await readRegistrations()) assert.doesNotMatch(pathOf(route, '2026-11-22'), /[{}]/);
});
