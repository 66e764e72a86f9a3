// docs/operations.md is read when something is broken: what it names must be there.

import assert from 'node:assert/strict';
import { access, readFile } from 'node:fs/promises';
import { before, describe, it } from 'node:test';
import { errorTable } from '../src/errors.ts';
import { noticeCodes } from '../src/sync/notices.ts';

const root = new URL('../', import.meta.url);

describe('docs/operations.md', () => {
  let text: string;
  let headings: string[];

  before(async () => {
    text = await readFile(new URL('docs/operations.md', root), 'utf8');
    headings = [...text.matchAll(/^##+ (.+)$/gm)].map(([, heading = '']) => heading);
  });

  const named = (pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))];

  it('has a paragraph for each code and notice of health, with a next step', () => {
    for (const code of [...Object.keys(errorTable), 'overdue', 'empty', ...noticeCodes]) {
      const paragraph = text.split(`\n### ${code}\n`)[1]?.split(/\n##/)[0]?.trim() ?? '';
      assert.ok(paragraph.length > 100, `${code}: ${paragraph || 'no paragraph'}`);
    }
  });

  it('says who acts on a code, as the code itself does', () => {
    for (const [code, { actor }] of Object.entries(errorTable))
      assert.match(text, new RegExp(`\n### ${code}\n\nFor (the )?${actor}\\.`), code);
  });

  it('links only to headings and files that are there', async () => {
    const anchors = headings.map(heading => heading.toLowerCase().replaceAll(' ', '-'));
    for (const anchor of named(/\]\(#([^)]+)\)/g)) assert.ok(anchors.includes(anchor), `#${anchor}`);
    for (const path of named(/((?:infra|scripts)\/[\w./-]+\w)/g)) await access(new URL(path, root));
    for (const path of named(/`([\w-]+\.yml)`/g)) await access(new URL(`.github/workflows/${path}`, root));
  });

  it('calls npm scripts that exist', async () => {
    const { scripts } = JSON.parse(await readFile(new URL('package.json', root), 'utf8'));
    assert.deepEqual(
      named(/npm run ([\w:-]+)/g).filter(name => scripts[name] === undefined),
      [],
    );
  });

  it('heals by no azd provision without --no-state, which sends nothing where nothing of ours has changed', () => {
    const cells = text.split('\n').filter(line => line.startsWith('| `') && line.includes('azd provision'));
    assert.ok(cells.length >= 4, `${cells.length} rows`);
    for (const cell of cells) assert.doesNotMatch(cell, /azd provision(?! --no-state)/);
    assert.doesNotMatch(text, /azd up --no-state/);
  });

  it('sets what the deployment takes', async () => {
    const taken = await readFile(new URL('infra/main.parameters.json', root), 'utf8');
    for (const name of named(/azd env set ([A-Z_]{3,})/g).filter(name => name !== 'NAME'))
      assert.ok(taken.includes(`\${${name}}`), name);
  });
});
