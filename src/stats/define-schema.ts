// Defining a JSON value once: of a definition come the check of a value, its type, and its JSON Schema. No schema library, since a
// reader of an instance that has just started would wait for it several times as long as for the check.

import { isObject, tryParseJson } from './json.ts';

/** A JSON Schema of 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export type Schema<T> = {
  /** Whether the definition takes a value. Members of an object that it does not name may be there. */
  is(value: unknown): value is T;
  /** With references into `definitions` where a named schema is inside. */
  json: JsonSchema;
  definitions: Readonly<Record<string, JsonSchema>>;
  /** Of a named one. */
  name?: string;
  isOptional?: boolean;
};

export type TypeOf<S> = S extends Schema<infer T> ? T : never;
type Optional<T> = Schema<T> & { isOptional: true };
type Members = Readonly<Record<string, Schema<unknown>>>;
type OptionalName<M> = { [Name in keyof M]: M[Name] extends { isOptional: true } ? Name : never }[keyof M];
type Flat<T> = { [Name in keyof T]: T[Name] };
type ObjectOf<M> = Flat<
  { [Name in Exclude<keyof M, OptionalName<M>>]: TypeOf<M[Name]> } & {
    [Name in OptionalName<M>]?: TypeOf<M[Name]> | undefined;
  }
>;

/** A schema without parts. */
export function leaf<T>(json: JsonSchema, is: (value: unknown) => boolean): Schema<T> {
  return { json, is: is as Schema<T>['is'], definitions: {} };
}

export function described<S extends Schema<unknown>>(schema: S, description: string): S {
  return { ...schema, json: { ...schema.json, description } };
}

/** A schema that others refer to by its name. */
export function named<T>(name: string, schema: Schema<T>): Schema<T> {
  const definitions = { [name]: schema.json, ...schema.definitions };
  return { ...schema, name, json: { $ref: `#/$defs/${name}` }, definitions };
}

export function optional<T>(schema: Schema<T>): Optional<T> {
  const { is: isGiven } = schema;
  const is = (value: unknown): value is T => value === undefined || isGiven(value);
  return { ...schema, is, isOptional: true };
}

export function orNull<T>(schema: Schema<T>): Schema<T | null> {
  const is = (value: unknown): value is T | null => value === null || schema.is(value);
  return { is, json: { anyOf: [schema.json, { type: 'null' }] }, definitions: schema.definitions };
}

export function listOf<T>({ is, json, definitions }: Schema<T>): Schema<T[]> {
  return { ...leaf({ type: 'array', items: json }, value => Array.isArray(value) && value.every(is)), definitions };
}

/** Values of one kind by names that come from outside, `__proto__` included. */
export function byName<T>({ is, json, definitions }: Schema<T>): Schema<Record<string, T>> {
  const isEach = (value: unknown) => {
    if (!isObject(value)) return false;
    for (const name in value) if (!is(value[name])) return false;
    return true;
  };
  return { ...leaf({ type: 'object', additionalProperties: json }, isEach), definitions };
}

export function object<M extends Members>(members: M): Schema<ObjectOf<M>> {
  const parts = Object.entries(members);
  const required = parts.flatMap(([name, { isOptional }]) => (isOptional ? [] : [name]));
  const properties = Object.fromEntries(parts.map(([name, { json }]) => [name, json]));
  const checks = parts.map(([name, { is }]) => ({ name, is }));
  const isWhole = (value: unknown) => {
    if (!isObject(value)) return false;
    // As plain as this, since ten years of a new instance are checked before V8 has compiled anything.
    for (let index = 0; index < checks.length; index++) {
      const check = checks[index];
      if (!check?.is(value[check.name])) return false;
    }
    return true;
  };
  const json = { type: 'object', properties, ...(required.length > 0 && { required }) };
  return { ...leaf(json, isWhole), definitions: Object.assign({}, ...parts.map(([, { definitions }]) => definitions)) };
}

/** A stored value; undefined for bytes that are none. */
export function parseStored<T>(schema: Schema<T>, bytes: Buffer): T | undefined {
  const value = tryParseJson(bytes.toString('utf8'));
  return schema.is(value) ? value : undefined;
}
