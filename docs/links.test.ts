// Every page of the project leads somewhere: files, and headings within them.

import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';

const root = resolve(import.meta.dirname, '..');
const pages = globSync('{*,docs/*,integrations/*/*}.md', { cwd: root });

/** The links of a page that stay in the project: `[file, anchor]`, each empty where there is none. */
function localLinks(text: string): [file: string, anchor: string][] {
  const prose = text.replace(/^```.*?^```$/gms, '').replace(/`[^`\n]*`/g, '');
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets
    .filter(target => !/^\w+:/.test(target))
    .map(target => {
      const [file = '', anchor = ''] = target.split('#');
      return [file, anchor];
    });
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(text: string): string[] {
  const headings = [...text.replace(/^```.*?^```$/gms, '').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  return headings.map(heading =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

for (const page of pages) {
  test(`${page} links only to files and headings that are there`, () => {
    const text = readFileSync(join(root, page), 'utf8');
    for (const [file, anchor] of localLinks(text)) {
      const target = file === '' ? join(root, page) : resolve(root, dirname(page), file);
      assert.ok(existsSync(target), `${page}: ${file}`);
      if (anchor !== '')
        assert.ok(anchorsOf(readFileSync(target, 'utf8')).includes(anchor), `${page}: ${file}#${anchor}`);
    }
  });
}
