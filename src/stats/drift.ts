// Drift: how the shape of an overview differs from that of the last good one. A log entry for the maintainer, made of known
// field names, types and numbers alone: unknown keys are only counted, since a key can be as personal as a value.

import { toPoint } from './history.ts';
import { isObject, tryParseJson } from './json.ts';
import type { Snapshot } from './snapshot.ts';

type JsonType = 'string' | 'number' | 'boolean' | 'null' | 'object' | 'array';
/** A known place in the overview. Its types may change into each other from day to day: that is not drift. */
type Place = { types: readonly JsonType[]; fields?: Readonly<Record<string, Place>>; elements?: Place };

const string: Place = { types: ['string'] };
const number: Place = { types: ['number'] };
const boolean: Place = { types: ['boolean'] };
const stringOrNull: Place = { types: ['string', 'null'] };
const numberOrNull: Place = { types: ['number', 'null'] };
const numberOrString: Place = { types: ['number', 'string'] };
const objectOf = (fields: Record<string, Place>): Place => ({ types: ['object'], fields });
const arrayOf = (elements: Place): Place => ({ types: ['array'], elements });

const template = {
  id: string,
  name: string,
  slug: string,
  image_url: string,
  description: string,
  small_image_url: stringOrNull,
  large_image_url: stringOrNull,
  animated_image_url: stringOrNull,
  kinetic_token_background: stringOrNull,
};
const record = {
  name: string,
  slug: string,
  value: numberOrString,
  raw_value: number,
  unit: string,
  unit_slug: string,
  workout_id: string,
  workout_date: string,
};

/** Every field of the overviews that Peloton has sent: version 1, version 2 and unversioned (docs/peloton.md). */
const overview = objectOf({
  id: string,
  workout_counts: objectOf({
    total_workouts: number,
    workouts: arrayOf(objectOf({ name: string, slug: string, count: number, icon_url: string, workout_name: string })),
  }),
  personal_records: arrayOf(
    objectOf({
      name: string,
      slug: string,
      first_workout_date: stringOrNull,
      reset_date: stringOrNull,
      records: arrayOf(objectOf(record)),
    }),
  ),
  streaks: objectOf({
    current_weekly: number,
    best_weekly: number,
    start_date_of_current_weekly: numberOrNull,
    current_daily: number,
    start_date_of_current_daily: numberOrNull,
  }),
  achievements: arrayOf(objectOf(template)),
  achievement_counts: objectOf({
    total_count: number,
    achievements: arrayOf(objectOf({ count: number, template: objectOf(template) })),
  }),
  // Nothing is known of what the first of these two holds.
  first_party_or_partner_3p_workout_counts: { types: ['object', 'array'] },
  user_has_imported_non_partner_3p_workout: boolean,
});

/** The values of one place: their types, and how many different unknown field names they have. */
type PlaceShape = { types: ReadonlySet<JsonType>; unknownFields: number };
/** The filled places by path, such as `achievement_counts.achievements[].template.name`; the whole is `overview`. */
export type Shape = ReadonlyMap<string, PlaceShape>;

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

/** Describes all values of one place together. Only known places are entered, which bounds depth and size. */
function describePlace(
  shape: Map<string, PlaceShape>,
  values: readonly unknown[],
  { place, path }: { place: Place; path: string },
) {
  if (values.length === 0) return;
  const { fields = {}, elements } = place;
  const objects = values.filter(isObject);
  shape.set(path, { types: new Set(values.map(typeOf)), unknownFields: countUnknown(objects, fields) });
  for (const [name, field] of Object.entries(fields)) {
    const filled = objects.filter(object => Object.hasOwn(object, name)).map(object => object[name]);
    describePlace(shape, filled, { place: field, path: pathOf(path, name) });
  }
  if (elements) describePlace(shape, values.filter(Array.isArray).flat(), { place: elements, path: `${path}[]` });
}

/** The shape of a parsed overview: at most the places above, whatever the body is. */
export function describeShape(body: unknown): Shape {
  const shape = new Map<string, PlaceShape>();
  describePlace(shape, [body], { place: overview, path: root });
  return shape;
}

export type Drift = {
  /** New places, and how many fields of unknown name are new; `lost` likewise. */
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
 * The differences, each at the highest place that changed: a part that is gone is one entry, not one for each of its fields.
 * Changes that happen every day are left out: null in a nullable field, a number where a string is known too, an empty list.
 */
export function compareShapes(before: Shape, after: Shape): Drift {
  const drift: Drift = { added: [], lost: [], retyped: [] };
  comparePlace(drift, [before, after], { place: overview, path: root });
  return drift;
}

/**
 * The drift of an overview since the last good one.
 * @param lastGood the stored text; undefined is returned where that is no JSON.
 * @returns undefined where there is no drift.
 */
export function findDrift(lastGood: string, body: unknown): Drift | undefined {
  const before = tryParseJson(lastGood);
  if (before === undefined) return undefined;
  const drift = compareShapes(describeShape(before), describeShape(body));
  return Object.values(drift).some(list => list.length > 0) ? drift : undefined;
}

/**
 * How many disciplines have fewer workouts than before, or are gone, and by how much the total changed. Numbers alone:
 * a slug comes from outside.
 */
export function countsThatFell(before: Snapshot, after: Snapshot): { disciplines: number; totalChange: number } {
  const counts = new Map(Object.entries(toPoint(after).counts));
  const fell = Object.entries(toPoint(before).counts).filter(([slug, count]) => (counts.get(slug) ?? 0) < count);
  return {
    disciplines: fell.length,
    totalChange: after.workout_counts.total_workouts - before.workout_counts.total_workouts,
  };
}
