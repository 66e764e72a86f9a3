// How the overview's shape differs from the last good one, for the maintainer: names of ours, types and numbers alone.
// Keys that are not written down here are only counted, since a key can be as personal as a value.

import type { Snapshot } from './snapshot.ts';

type JsonType = 'string' | 'number' | 'boolean' | 'null' | 'object' | 'array';
/** What is known of a place. Its types may change into each other from day to day: that is not drift. */
type Place = { types: readonly JsonType[]; fields?: Readonly<Record<string, Place>>; elements?: Place };

const text: Place = { types: ['string'] };
const number: Place = { types: ['number'] };
const boolean: Place = { types: ['boolean'] };
const textOrNull: Place = { types: ['string', 'null'] };
const numberOrNull: Place = { types: ['number', 'null'] };
const numberOrText: Place = { types: ['number', 'string'] };
const objectOf = (fields: Record<string, Place>): Place => ({ types: ['object'], fields });
const listOf = (elements: Place): Place => ({ types: ['array'], elements });

const template = {
  id: text,
  name: text,
  slug: text,
  image_url: text,
  description: text,
  small_image_url: textOrNull,
  large_image_url: textOrNull,
  animated_image_url: textOrNull,
  kinetic_token_background: textOrNull,
};
const record = {
  name: text,
  slug: text,
  value: numberOrText,
  raw_value: number,
  unit: text,
  unit_slug: text,
  workout_id: text,
  workout_date: text,
};

/** Every field that an overview has been seen with: version 1, version 2 and no version (docs/peloton.md). */
const overview = objectOf({
  id: text,
  workout_counts: objectOf({
    total_workouts: number,
    workouts: listOf(objectOf({ name: text, slug: text, count: number, icon_url: text, workout_name: text })),
  }),
  personal_records: listOf(
    objectOf({
      name: text,
      slug: text,
      first_workout_date: textOrNull,
      reset_date: textOrNull,
      records: listOf(objectOf(record)),
    }),
  ),
  streaks: objectOf({
    current_weekly: number,
    best_weekly: number,
    start_date_of_current_weekly: numberOrNull,
    current_daily: number,
    start_date_of_current_daily: numberOrNull,
  }),
  achievements: listOf(objectOf(template)),
  achievement_counts: objectOf({
    total_count: number,
    achievements: listOf(objectOf({ count: number, template: objectOf(template) })),
  }),
  // Their insides have not been seen.
  first_party_or_partner_3p_workout_counts: { types: ['object', 'array'] },
  user_has_imported_non_partner_3p_workout: boolean,
});

/** Of a place that was filled: the types seen there, and how many names of fields are not ours. */
type Seen = { types: ReadonlySet<JsonType>; unknownFields: number };
/** By path, such as `achievement_counts.achievements[].template.name`; the whole is `overview`. */
export type Shape = ReadonlyMap<string, Seen>;

const root = 'overview';
const maxUnknownFields = 1_000;

function pathOf(parent: string, name: string): string {
  return parent === root ? name : `${parent}.${name}`;
}

function typeOf(value: unknown): JsonType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value as JsonType;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeOf(value) === 'object';
}

function countUnknown(objects: readonly object[], fields: object): number {
  const names = new Set<string>();
  for (const object of objects) {
    for (const name of Object.keys(object)) {
      if (!Object.hasOwn(fields, name)) names.add(name);
      if (names.size === maxUnknownFields) return maxUnknownFields;
    }
  }
  return names.size;
}

/** All values of one place are looked at together. Only known places are entered, so that depth and size are bounded. */
function describe(
  shape: Map<string, Seen>,
  values: readonly unknown[],
  { place, path }: { place: Place; path: string },
) {
  if (values.length === 0) return;
  const { fields = {}, elements } = place;
  const objects = values.filter(isObject);
  shape.set(path, { types: new Set(values.map(typeOf)), unknownFields: countUnknown(objects, fields) });
  for (const [name, field] of Object.entries(fields)) {
    const filled = objects.filter(object => Object.hasOwn(object, name)).map(object => object[name]);
    describe(shape, filled, { place: field, path: pathOf(path, name) });
  }
  if (elements) describe(shape, values.filter(Array.isArray).flat(), { place: elements, path: `${path}[]` });
}

/** The shape of a parsed overview: at most the places above, whatever the body is. */
export function describeShape(body: unknown): Shape {
  const shape = new Map<string, Seen>();
  describe(shape, [body], { place: overview, path: root });
  return shape;
}

export type Drift = {
  /** Places that were not there, and fields of unknown name. */
  added: string[];
  lost: string[];
  retyped: string[];
};

function nameTypes(types: ReadonlySet<JsonType>): string {
  return [...types].sort().join('|');
}

type Pair = readonly [before: Shape, after: Shape];

function comparePlace(drift: Drift, [before, after]: Pair, { place, path }: { place: Place; path: string }): void {
  const [was, is] = [before.get(path), after.get(path)];
  if (!was || !is) {
    // An empty list says nothing about its elements.
    if (path.endsWith('[]')) return;
    if (is) drift.added.push(`${path}: ${nameTypes(is.types)}`);
    if (was) drift.lost.push(`${path}: ${nameTypes(was.types)}`);
    return;
  }
  const inBoth = (type: JsonType) => was.types.has(type) && is.types.has(type);
  const changed = [...was.types, ...is.types].filter(type => !inBoth(type));
  if (changed.some(type => !place.types.includes(type))) {
    drift.retyped.push(`${path}: ${nameTypes(was.types)} -> ${nameTypes(is.types)}`);
  }
  if (inBoth('object') && was.unknownFields !== is.unknownFields) {
    const list = was.unknownFields < is.unknownFields ? drift.added : drift.lost;
    list.push(`${path}: ${was.unknownFields} -> ${is.unknownFields} unknown fields`);
  }
  const fields = inBoth('object') ? Object.entries(place.fields ?? {}) : [];
  for (const [name, field] of fields) {
    comparePlace(drift, [before, after], { place: field, path: pathOf(path, name) });
  }
  if (place.elements && inBoth('array')) {
    comparePlace(drift, [before, after], { place: place.elements, path: `${path}[]` });
  }
}

/**
 * What changed, said at the highest place that changed: a part that is gone is one entry, not one for each of its fields.
 * Null in a nullable field, a number where text is known too and an empty list are every-day changes and are not said.
 */
export function compareShapes(before: Shape, after: Shape): Drift {
  const drift: Drift = { added: [], lost: [], retyped: [] };
  comparePlace(drift, [before, after], { place: overview, path: root });
  return drift;
}

/**
 * The drift of an overview since the last good one.
 * @param lastGood the stored text; one that is not JSON says nothing.
 * @returns undefined where there is nothing to say.
 */
export function findDrift(lastGood: string, body: unknown): Drift | undefined {
  let before: unknown;
  try {
    before = JSON.parse(lastGood);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const drift = compareShapes(describeShape(before), describeShape(body));
  return Object.values(drift).some(list => list.length > 0) ? drift : undefined;
}

function countBySlug({ workout_counts }: Snapshot): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { slug, count } of workout_counts.workouts) counts.set(slug, (counts.get(slug) ?? 0) + count);
  return counts;
}

/**
 * How many disciplines have fewer workouts than before, or are gone, and by how much the total changed. Numbers alone:
 * a slug comes from outside.
 */
export function countsThatFell(before: Snapshot, after: Snapshot): { disciplines: number; totalChange: number } {
  const counts = countBySlug(after);
  const fell = [...countBySlug(before)].filter(([slug, count]) => (counts.get(slug) ?? 0) < count);
  return {
    disciplines: fell.length,
    totalChange: after.workout_counts.total_workouts - before.workout_counts.total_workouts,
  };
}
