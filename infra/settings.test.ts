// The settings have one list, in src/config.ts. The example file and the documented tables must agree with it: a setting
// that one of them forgets would be found by an owner, at night. The template's settings are a policy of their own.

import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { settingNames } from '../src/config.ts';

const root = new URL('../', import.meta.url);
const names = [...settingNames].sort();

/** Names in the first cell of the rows of every table: one or more in backquotes. */
async function documentedSettings(): Promise<Set<string>> {
  const found = new Set<string>();
  for await (const path of glob(['README.md', 'docs/*.md'], { cwd: import.meta.dirname.replace(/infra$/, '') })) {
    const text = await readFile(new URL(path, root), 'utf8');
    for (const [, cell = ''] of text.matchAll(/^\|([^|\n]*)\|/gm))
      for (const [, name = ''] of cell.matchAll(/`([A-Z][A-Z0-9_]+)`/g)) found.add(name);
  }
  return found;
}

describe('the settings of src/config.ts', () => {
  it('are all in local.settings.json.example, and nothing else but what the host wants', async () => {
    const { Values } = JSON.parse(await readFile(new URL('local.settings.json.example', root), 'utf8'));
    const ofHost = ['AzureWebJobsStorage', 'FUNCTIONS_WORKER_RUNTIME'];
    const ours = Object.keys(Values).filter(name => !ofHost.includes(name));
    assert.deepEqual(ours.sort(), names);
  });

  it('are all explained in a table of the documentation', async () => {
    const documented = await documentedSettings();
    assert.deepEqual(
      names.filter(name => !documented.has(name)),
      [],
    );
  });
});
