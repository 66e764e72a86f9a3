// Every query that the documents hand to an owner is one that Kusto can read. Those of the alerts are in policies/alerts.ts.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { checkQuery } from './kusto.ts';

const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8');

describe('the queries of the logs', () => {
  it('of the documents are read by Kusto', async () => {
    const text = await read('../docs/operations.md');
    const commands = [...text.matchAll(/--analytics-query '([^']+)'|--analytics-query "([^"]+)"/g)];
    const cells = [...text.matchAll(/`((?:App|Azure|Usage)\w* \\\|[^`]+)`/g)];
    const queries = [...commands, ...cells].map(([, one, other]) => (one ?? other ?? '').replaceAll('\\|', '|'));
    assert.ok(commands.length > 0 && cells.length >= 5, `${commands.length} commands, ${cells.length} cells`);
    for (const query of queries) assert.deepEqual(checkQuery(query), [], query);
  });

  it('are told when they are wrong: a column or table that is not there, a word that KQL keeps for itself', () => {
    assert.match(checkQuery('AppTraces | where Nope == 1').join(), /'Nope' does not refer to any known column/);
    assert.match(checkQuery('AppTrace | count').join(), /'AppTrace' does not refer to any known table/);
    assert.match(
      checkQuery('AppTraces | summarize first = min(TimeGenerated)').join(),
      /'first' needs to be bracketed/,
    );
    assert.match(checkQuery("AppTraces | where Message = 'x'").join(), /\S/);
  });
});
