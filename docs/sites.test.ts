// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the example sites are quoted as they are.

// Every snippet of README.md and sites.md is a file that other tests build or run, or is run here: the names of those tests
// stand beside them. A snippet that has drifted from its file, and one that nobody has listed, fail here.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { checkSafety, type Workflow } from '../infra/workflow-safety.ts';
import manifest from '../package.json' with { type: 'json' };
import { createOpenApi } from '../src/serve/openapi.ts';
import { parseHooks } from '../src/sync/hook-list.ts';
import { exampleAddress, readSnippets } from './snippets.ts';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

/** Where the stats come from, as the example sites say it, so that they work with `npm start` and in tests. */
const localAddresses: [string, string][] = [
  ["`${process.env.PELOTON_STATS_URL || 'http://127.0.0.1:7071'}/api/stats`", `'${exampleAddress}/api/stats'`],
  ["process.env.PELOTON_STATS_URL || 'http://127.0.0.1:7071'", `'${exampleAddress}'`],
  ['${PELOTON_STATS_URL:-http://127.0.0.1:7071}', exampleAddress],
  ['PUBLIC_URL', exampleAddress],
];

/** The snippet is that file of the example sites, but for the address. */
const isFile = (path: string) => (code: string) => {
  const file = localAddresses.reduce((text, [from, to]) => text.replaceAll(from, to), read(`examples/${path}`));
  assert.equal(code, file, path);
};

/** The snippet is in that README too, which goes with a package. */
const isIn = (path: string) => (code: string) => assert.ok(read(path).includes(code), path);

const isHookList = (code: string) => {
  const { hooks, malformed, isList } = parseHooks(code);
  assert.deepEqual([isList, hooks.length, malformed], [true, 1, []]);
};

function isSafeWorkflow(code: string): void {
  assert.deepEqual(checkSafety(code), []);
  const { on } = parse(code) as Workflow;
  assert.deepEqual(on.repository_dispatch, { types: ['peloton-stats-changed'] });
  assert.deepEqual(on.push, { branches: ['main'] });
  assert.ok(Array.isArray(on.schedule) && 'workflow_dispatch' in on);
}

/** The deployment never waits for a secret that a pull request may not have, and each preview is closed. */
function isStaticWebAppsWorkflow(code: string): void {
  isSafeWorkflow(code);
  const { on, jobs } = parse(code) as Workflow;
  assert.deepEqual((on.pull_request as { types: string[] }).types, ['opened', 'synchronize', 'reopened', 'closed']);
  const actions = Object.values(jobs).flatMap(({ if: condition = '', steps }) =>
    steps
      .filter(({ uses = '' }) => uses.startsWith('Azure/'))
      .map(({ with: given = {} }) => [given.action, condition.includes('head.repo.full_name == github.repository')]),
  );
  assert.deepEqual(actions, [
    ['upload', true],
    ['close', true],
  ]);
}

/** Commands of a terminal: npm's are scripts of this project or of npm, and what curl asks is a route. */
function areCommands(code: string): void {
  const { paths } = createOpenApi(exampleAddress) as { paths: Record<string, unknown> };
  for (const line of code.split('\n').filter(line => line && !line.startsWith('#'))) {
    assert.match(line, /^(npm|curl|azd|az) /);
    for (const [, script = ''] of line.matchAll(/npm run (\S+)/g)) assert.ok(script in manifest.scripts, line);
    const route = line.match(/\/api(\/[\w/-]+)/)?.[1];
    if (route) assert.ok(route in paths, line);
  }
}

type Held = [section: string, language: string, isHeld: (code: string) => void];

const pages: Record<string, Held[]> = {
  'docs/sites.md': [
    ['A README or any Markdown', 'md', isFile('snippets/image.md')], // browser/snippets.test.ts
    ['A README or any Markdown', 'html', isFile('snippets/image.html')], // browser/builder.test.ts
    ['A README or any Markdown', 'html', isFile('snippets/image-alt.html')], // browser/snippets.test.ts
    ['Plain HTML', 'html', isFile('snippets/tag.html')], // browser/element.test.ts, and the builds of all sites
    ['Plain HTML', 'css', isFile('snippets/tag-style.txt')], // browser/element.test.ts
    ['Plain HTML', 'html', isFile('snippets/fetch.html')], // browser/snippets.test.ts
    ['A site that takes only an iframe', 'html', isFile('snippets/frame.html')], // browser/builder.test.ts
    ['React', 'jsx', isFile('snippets/peloton-stats.jsx')], // browser/snippets.test.ts, next-build.test.ts
    ['Astro', 'sh', code => assert.match(code, /^npm install \.\/integrations\/astro-loader-peloton-stats\n$/)], // astro-build.test.ts
    ['Astro', 'ts', isFile('astro/src/content.config.ts')], // astro-build.test.ts
    ['Astro', 'astro', isFile('astro/src/components/PelotonStats.astro')], // astro-build.test.ts
    ['Eleventy', 'js', isFile('eleventy/_data/peloton.mjs')], // eleventy-build.test.ts
    ['Eleventy', 'njk', isFile('eleventy/_includes/peloton.njk')], // eleventy-build.test.ts
    ['Hugo', 'sh', isFile('hugo/fetch-stats.sh')], // hugo-build.test.ts
    ['Hugo', 'go-html-template', isFile('hugo/layouts/partials/peloton.html')], // hugo-build.test.ts
    ['Hugo', 'go-html-template', isFile('hugo/layouts/shortcodes/peloton-stats.html')], // hugo-build.test.ts
    ['Next', 'tsx', isFile('next/components/peloton-stats.tsx')], // next-build.test.ts
    ['Next', 'ts', isFile('next/app/api/peloton-changed/route.ts')], // next-build.test.ts
    ['Next', 'json', isHookList],
    ['Gatsby', 'js', isIn('integrations/gatsby-source-peloton-stats/README.md')], // gatsby-build.test.ts
    ['Gatsby', 'jsx', code => assert.match(code, /export const pageQuery/)], // gatsby-build.test.ts builds the snippet itself
    ['Rebuild when the stats change', 'json', isHookList],
    ['Rebuild when the stats change', 'json', isHookList],
    ['Rebuild when the stats change', 'sh', areCommands],
    ['Rebuild when the stats change', 'yaml', isSafeWorkflow],
    ['Rebuild when the stats change', 'yaml', isStaticWebAppsWorkflow],
    ['Rebuild when the stats change', 'json', isFile('astro/public/staticwebapp.config.json')], // astro-build.test.ts
  ],
  'README.md': [
    ['', 'sh', areCommands], // sandbox/start.test.ts
    ['Put it on your site', 'html', isFile('snippets/tag.html')],
    ['Deploy it to Azure', 'sh', areCommands],
    ['Deploy it to Azure', 'sh', areCommands],
    ['How it works', 'mermaid', code => assert.match(code, /^flowchart /)],
  ],
  'integrations/astro-loader-peloton-stats/README.md': [
    ['Use', 'sh', areCommands],
    ['Use', 'ts', isFile('astro/src/content.config.ts')],
    ['Use', 'astro', isFile('astro/src/components/PelotonStats.astro')],
  ],
};

for (const [page, held] of Object.entries(pages)) {
  test(`every snippet of ${page} is held by a test`, () => {
    const snippets = readSnippets(page);
    assert.deepEqual(
      snippets.map(({ section, language }) => [section, language]),
      held.map(([section, language]) => [section, language]),
    );
    for (const [index, { code }] of snippets.entries()) held[index]?.[2](code);
  });
}

for (const [fault, from, to, finding] of [
  ['a package beside the token', /- uses: Azure/, '- run: npm ci\n      - uses: Azure', /npm beside a token/],
  ['a tag for the action', /deploy@[0-9a-f]{40} # v1/, 'deploy@v1', /not pinned/],
  ['a right to write', 'contents: read', 'contents: write', /may write contents/],
] as const) {
  test(`a workflow for Azure Static Web Apps is found unsafe with ${fault}`, () => {
    const code = readSnippets('docs/sites.md').findLast(({ language }) => language === 'yaml')?.code ?? '';
    const planted = code.replace(from, to);
    assert.notEqual(planted, code);
    assert.match(checkSafety(planted).join('\n'), finding);
  });
}

test('the picture in the README is the snippet for a README', () => {
  assert.ok(
    read('README.md').includes(
      `\`${read('examples/snippets/image.md').trim().replaceAll('PUBLIC_URL', exampleAddress)}\``,
    ),
  );
});
