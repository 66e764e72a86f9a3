// The snippets of sites.md, taken out of the page and run or compared: a snippet that has drifted fails here.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { parse } from 'yaml';

const address = 'https://YOUR-APP.azurewebsites.net';
const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const page = read('sites.md');

/** The code of the n-th block in a language, in the section of that title. */
function findSnippet(title: string, language: string, index = 0): string {
  const section = page.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
  const code = [...section.matchAll(/^```(\w+)\n(.*?)^```$/gms)].filter(block => block[1] === language)[index]?.[2];
  assert.ok(code, `${title} has a block of ${language}`);
  return code;
}

const eleventyData = findSnippet('Eleventy', 'js');

async function runEleventyData(serviceUrl: string): Promise<unknown> {
  const module = await import(`data:text/javascript,${encodeURIComponent(eleventyData.replace(address, serviceUrl))}`);
  return module.default();
}

test('the Eleventy data file gives the snapshot, and null where the service fails or is away', async t => {
  t.mock.method(console, 'warn', () => {});
  let status = 200;
  const server = createServer((request, response) => {
    response.writeHead(request.url === '/api/stats' ? status : 404).end('{"schema_version":1}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  assert.deepEqual(await runEleventyData(url), { schema_version: 1 });
  status = 503;
  assert.equal(await runEleventyData(url), null);
  server.close();
  server.closeAllConnections();
  assert.equal(await runEleventyData(url), null);
});

test('Astro reads the stats in the same way as Eleventy', () => {
  assert.ok(findSnippet('Astro', 'astro').includes(eleventyData.replace('export default ', '')));
});

test('the snippets that the page of the service shows as well are the same there', () => {
  const shared = [
    ['A README or any Markdown', 'md', 'image.md'],
    ['Plain HTML', 'html', 'tag.html'],
    ['Plain HTML', 'html', 'fetch.html'],
    ['React', 'jsx', 'peloton-stats.jsx'],
  ] as const;
  const snippets = shared.map(([title, language, file]) => {
    const index = file === 'fetch.html' ? 1 : 0;
    return [
      findSnippet(title, language, index),
      read(`../examples/snippets/${file}`).replaceAll('PUBLIC_URL', address),
    ];
  });
  for (const [here, there] of snippets) assert.equal(here, there);
});

test('the workflow answers the build hook, and pins every action to a commit', () => {
  const workflow = parse(findSnippet('Rebuild when the stats change', 'yaml'));
  assert.deepEqual(workflow.on.repository_dispatch.types, ['peloton-stats-changed']);
  const jobs: { steps: { uses?: string }[] }[] = Object.values(workflow.jobs);
  const actions = jobs.flatMap(job => job.steps).flatMap(step => step.uses ?? []);
  assert.ok(actions.length > 0);
  for (const action of actions) assert.match(action, /^actions\/[a-z-]+@[0-9a-f]{40}$/);
});
