// The regular expressions of the alert queries, tried on lines as the code logs them and as a platform may wrap them. KQL's
// engine (RE2) and JavaScript's agree on all that is used in them.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { createLog, noticeBegun, syncFailed, syncSucceeded } from '../src/log.ts';
import { queryOf } from './policies/alerts.ts';
import { makeTemplateReader, readSources, resourcesOf } from './template.ts';

const wrappings: Record<string, (line: string) => string> = {
  'as it is': line => line,
  'with something before and after it': line => `[sync] ${line} [1]`,
  'as a string in JSON': line => JSON.stringify({ message: line }),
  'with spaces': line => JSON.stringify(JSON.parse(line), null, 1),
};

function logLine(event: string, fields: Record<string, string | number>): string {
  const lines: string[] = [];
  createLog((_level, line) => lines.push(line))('info', event, fields);
  return lines.join('\n');
}

describe('the queries of the alerts', () => {
  let extracts: Record<'event' | 'code', RegExp[]>;

  before(async () => {
    const template = (await makeTemplateReader())(await readSources());
    const queries = resourcesOf(template, 'Microsoft.Insights/scheduledQueryRules').map(queryOf).join('\n');
    const written = [...queries.matchAll(/extract\(@'([^']+)', 1, Message\)/g)].map(([, source = '']) => source);
    const of = (name: string) =>
      written.filter(source => source.startsWith(`"${name}`)).map(source => new RegExp(source));
    extracts = { event: of('event'), code: of('code') };
  });

  for (const [name, wrap] of Object.entries(wrappings)) {
    it(`find the event in a line ${name}`, () => {
      assert.equal(extracts.event.length, 2, 'one in each query');
      for (const extract of extracts.event) {
        assert.equal(extract.exec(wrap(logLine(syncSucceeded, { duration_ms: 12 })))?.[1], syncSucceeded);
        assert.equal(extract.exec(wrap(logLine(syncFailed, { code: 'vault' })))?.[1], syncFailed);
        assert.equal(extract.exec(wrap(logLine(noticeBegun, { code: 'parts-lost' })))?.[1], noticeBegun);
      }
    });

    it(`find the code in a line ${name}`, () => {
      const line = wrap(logLine(syncFailed, { duration_ms: 3, code: 'upstream-unavailable', hint: 'code "x"' }));
      assert.deepEqual(
        extracts.code.map(extract => extract.exec(line)?.[1]),
        ['upstream-unavailable'],
      );
    });
  }

  it('are not misled by a hint that mentions an event', () => {
    const line = logLine('vault.read', { hint: 'report the log event sync.failed' });
    for (const extract of extracts.event) assert.equal(extract.exec(line)?.[1], 'vault.read');
  });
});
