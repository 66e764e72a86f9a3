import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import type { History as PublicHistory, Snapshot as PublicSnapshot } from '../examples/plain-html/peloton-stats.d.ts';
import type { History } from '../src/stats/history.ts';
import type { Snapshot } from '../src/stats/snapshot.ts';
import { createTypes, type Schema, toType, typesPath } from './write-types.ts';

describe('the types for site authors', () => {
  it('are those of the schemas: run `node scripts/write-types.ts` when they are not', async () => {
    assert.equal(await readFile(typesPath, 'utf8'), createTypes());
  });

  it('fit the types of the code, as far as the compiler can tell', () => {
    const check = (snapshot: PublicSnapshot, history: PublicHistory): [Snapshot, History] => [snapshot, history];
    assert.equal(typeof check, 'function');
  });

  const cases: [Schema, string][] = [
    [{ type: 'integer' }, 'number'],
    [{ type: ['number', 'string'] }, 'number | string'],
    [{ const: 1 }, '1'],
    [{ enum: ['a', 'b'] }, "'a' | 'b'"],
    [{ anyOf: [{ $ref: '#/components/schemas/Thing' }, { type: 'null' }] }, 'Thing | null'],
    [{ type: 'array', items: { $ref: '#/x/Thing' } }, 'Thing[]'],
    [{ type: 'array', items: { type: ['number', 'string'] } }, 'Array<number | string>'],
    [{ type: 'object', additionalProperties: { type: 'integer' } }, 'Record<string, number>'],
    [
      {
        type: 'object',
        properties: { a: { type: 'string', description: 'An a.' }, b: { const: 'x' } },
        required: ['a'],
      },
      "{\n  /** An a. */\n  a: string;\n  b?: 'x';\n}",
    ],
  ];
  for (const [schema, expected] of cases) {
    it(`have ${expected.replaceAll(/\s+/g, ' ')} for ${JSON.stringify(schema)}`, () => {
      assert.equal(toType(schema), expected);
    });
  }

  it('are not made of a schema that is not understood', () => {
    for (const schema of [{}, { type: 'tuple' }, { type: 'object' }])
      assert.throws(() => toType(schema), /No type is known/);
  });
});
