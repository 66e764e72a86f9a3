// Of every value the check says what the published JSON Schema says, by a validator of its own.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { sampleHistory, sampleSnapshot } from '../../test/sample-member.ts';
import type { Schema } from './define-schema.ts';
import { activitySchema, historySchema, recentWorkoutsSchema, snapshotSchema } from './schemas.ts';

const ajv = new Ajv2020({ allowUnionTypes: true });
ajv.addFormat('date', text => /^\d{4}-\d\d-\d\d$/.test(text) && new Date(text).toJSON()?.startsWith(text) === true);
// Narrower than what is published, as the service writes them: instants with milliseconds, and https alone.
ajv.addFormat('date-time', text => /\.\d{3}Z$/.test(text) && !text.includes('T24') && new Date(text).toJSON() === text);
ajv.addFormat('uri', text => URL.parse(text)?.protocol === 'https:');
const validatorOf = ({ json, definitions }: Schema<unknown>) => ajv.compile({ ...json, $defs: definitions });

const oddValue = fc.oneof(
  fc.constantFrom(null, undefined, -1, 0, 1, 1.5, Number.MAX_SAFE_INTEGER + 1, Number.NaN, '', '1', [], {}, true),
  fc.constantFrom('2026-02-28', '2026-02-29', '2024-02-29', '2026-13-01', '0000-01-01', '2026-1-1', ' 2026-01-01'),
  fc.jsonValue(),
);
const count = fc.integer({ min: 1 });
const good = {
  date: fc.constantFrom('2026-11-22', '2024-02-29', '1999-12-31'),
  total_workouts: fc.nat(),
  counts: fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), count),
};
/** A good member most of the time, so that both answers are common. */
const mostly = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 30, arbitrary }, { weight: 1, arbitrary: oddValue });
const point = mostly(
  fc.record(
    {
      date: mostly(good.date),
      total_workouts: mostly(good.total_workouts),
      counts: mostly(fc.oneof(good.counts, fc.dictionary(fc.string(), mostly(count)))),
      extra: fc.anything(),
    },
    { requiredKeys: ['date', 'total_workouts', 'counts'] },
  ),
);
const series = mostly(fc.record({ schema_version: mostly(fc.constant(1)), points: mostly(fc.array(point)) }));

describe('the check of a series', () => {
  it('says of any value what the published schema says', () => {
    const seen = { true: 0, false: 0 };
    const validate = validatorOf(historySchema);
    const property = fc.property(series, value => {
      const isGood = validate(value);
      seen[`${isGood}`]++;
      assert.equal(historySchema.is(value), isGood);
    });
    fc.assert(property, { numRuns: 2_000 });
    assert.ok(seen.true > 200 && seen.false > 200, JSON.stringify(seen));
  });

  it('takes a discipline that is called __proto__, with a count that is one', () => {
    const text = '{"schema_version":1,"points":[{"date":"2026-11-22","total_workouts":1,"counts":{"__proto__":1}}]}';
    assert.equal(historySchema.is(JSON.parse(text)), true);
    for (const count of ['"1"', '0', '-1', '1.5', 'null']) {
      assert.equal(historySchema.is(JSON.parse(text.replace('":1}}', `":${count}}}`))), false, count);
    }
  });
});

const odd = fc.oneof(
  oddValue,
  fc.constantFrom(
    '2026-11-21T21:00:04.123Z',
    '2026-11-21T24:00:04.123Z',
    '2026-11-21T21:00:04Z',
    '2026-02-29T21:00:04.123Z',
  ),
  fc.constantFrom(
    'https://a.example/x',
    'http://a.example/x',
    'a.example',
    'javascript:alert(1)',
    Number.POSITIVE_INFINITY,
  ),
);

/** Every place in a value, the value itself included. */
function placesIn(value: unknown, at: PropertyKey[] = []): PropertyKey[][] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([name, member]) => placesIn(member, [...at, name]))];
}

/** The value with something else in one place; with `undefined` the member is gone, as in JSON. */
function replaced(value: unknown, [name, ...rest]: PropertyKey[], other: unknown): unknown {
  if (name === undefined) return other;
  const changed: Record<PropertyKey, unknown> = Array.isArray(value) ? ([...value] as never) : { ...(value as object) };
  changed[name] = replaced(changed[name], rest, other);
  return changed;
}

const tally = { workouts: 1, minutes: 45, output_kj: 487 };
const goodOnes = {
  snapshot: { good: sampleSnapshot(sampleHistory({ days: 3 })), schema: snapshotSchema },
  'what was done on each day': {
    good: {
      ...{
        schema_version: 1,
        time_zone: 'Europe/Berlin',
        as_of: '2026-11-22T07:00:03.004Z',
        complete_since: '2019-04-02',
      },
      days: [{ date: '2026-11-21', ...tally, by: { cycling: tally, yoga: { workouts: 1, minutes: 0 } } }],
    },
    schema: activitySchema,
  },
  'the latest workouts': {
    good: {
      ...{ schema_version: 1, as_of: '2026-11-22T07:00:03.004Z' },
      workouts: [
        { date: '2026-11-21', imported: true },
        {
          ...{
            date: '2026-11-21',
            discipline: 'cycling',
            title: 'a',
            duration_s: 1800,
            output_kj: 487,
            effort_points: 1.5,
          },
          ...{ instructor: 'b', is_personal_record: false, imported: false },
        },
      ],
    },
    schema: recentWorkoutsSchema,
  },
};

describe('the check', () => {
  for (const [what, { good, schema }] of Object.entries(goodOnes)) {
    it(`says of ${what} with anything in any place what the published schema says`, () => {
      const seen = { true: 0, false: 0 };
      const validate = validatorOf(schema);
      const property = fc.property(fc.constantFrom(...placesIn(good)), odd, (place, other) => {
        const value = replaced(good, place, other);
        const expected = validate(value);
        seen[`${expected}`]++;
        assert.equal(schema.is(value), expected, `${JSON.stringify(other)} at ${place.map(String).join('.')}`);
      });
      fc.assert(property, { numRuns: 3_000 });
      assert.ok(seen.true > 100 && seen.false > 200, JSON.stringify(seen));
    });
  }
});
