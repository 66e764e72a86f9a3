// JSON Schema and OpenAPI, generated from the definitions that the code itself validates with. They allow members that they
// do not name: a field that is added later must not break a reader who checks.

import * as z from 'zod';
import manifest from '../package.json' with { type: 'json' };
import { healthSchema } from './health.ts';
import { historySchema } from './history.ts';
import type { Problem } from './serve.ts';
import { snapshotSchema } from './snapshot.ts';

type JsonObject = Record<string, unknown>;

const badgeSchema = z
  .object({
    schemaVersion: z.literal(1),
    label: z.string(),
    message: z.string(),
    color: z.string(),
    isError: z.boolean().optional(),
  })
  .meta({ id: 'Badge', description: "shields.io's endpoint badge." });

const problemSchema: z.ZodType<Problem> = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().meta({ description: 'Whose turn it is; docs/operations.md has a paragraph for each.' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457.' });

function toJsonSchema(schema: z.ZodType): JsonObject {
  return z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      if (jsonSchema.format) delete jsonSchema.pattern; // the format says the same, legibly
    },
  }) as JsonObject;
}

/** The JSON Schema (2020-12) of the snapshot. */
export function createSnapshotJsonSchema(publicUrl = ''): JsonObject {
  return { $id: `${publicUrl}/api/schema.json`, title: 'Peloton stats', ...toJsonSchema(snapshotSchema) };
}

function createComponents(): JsonObject {
  const schemas = [snapshotSchema, historySchema, healthSchema, problemSchema, badgeSchema].map(toJsonSchema);
  const definitions = Object.assign({}, ...schemas.map(({ $defs }) => $defs));
  return JSON.parse(JSON.stringify(definitions).replaceAll('#/$defs/', '#/components/schemas/'));
}

const day = { type: 'string', format: 'date' };
const query = (name: string, description: string, schema: JsonObject) => ({ name, in: 'query', description, schema });
const content = (type: string, schema: JsonObject = { type: 'string' }) => ({ content: { [type]: { schema } } });
const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const problem = (description: string) => ({
  description,
  ...content('application/problem+json', reference('Problem')),
});
const json = (description: string, name: string) => ({ description, ...content('application/json', reference(name)) });

const always = {
  304: { description: 'What you have is still the newest.' },
  500: problem('The settings of the service cannot be used.'),
};
const away = { 503: problem('The store is away, and this instance has no copy.') };
const none = { 404: problem('There is none yet, or none of that day.') };

type Operation = { summary: string; parameters?: readonly JsonObject[]; responses: JsonObject };

/** Every public route but this document's own two. */
const operations: Record<string, Operation> = {
  '/stats': {
    summary: 'The newest snapshot',
    responses: { 200: json('The snapshot.', 'Snapshot'), ...always, ...none, ...away },
  },
  '/stats/{date}': {
    summary: 'The snapshot of a local day',
    parameters: [{ name: 'date', in: 'path', required: true, schema: day }],
    responses: {
      200: json('The snapshot.', 'Snapshot'),
      400: problem('The date is malformed.'),
      ...always,
      ...none,
      ...away,
    },
  },
  '/history': {
    summary: 'One point a day, oldest first',
    parameters: [
      query('from', 'The first day.', day),
      query('to', 'The last day.', day),
      query('format', 'json, or csv for a table with a column for every slug.', { enum: ['json', 'csv'] }),
    ],
    responses: {
      200: {
        description: 'The series.',
        content: {
          'application/json': { schema: reference('History') },
          'text/csv': { schema: { type: 'string' } },
        },
      },
      400: problem('The range or the format is malformed.'),
      ...always,
      ...none,
      ...away,
    },
  },
  '/card.svg': {
    summary: 'A picture of the stats',
    parameters: [query('theme', 'auto follows the reader.', { enum: ['auto', 'light', 'dark'], default: 'auto' })],
    responses: { 200: { description: 'A card, or a placeholder.', ...content('image/svg+xml') }, ...always },
  },
  '/badge': {
    summary: 'An endpoint badge for shields.io',
    parameters: [query('metric', 'total, streak, or the slug of a discipline.', { type: 'string', default: 'total' })],
    responses: { 200: json('A badge; isError for an unknown metric.', 'Badge'), ...always },
  },
  '/widget.js': {
    summary: 'The custom element <peloton-stats>, a module script',
    responses: { 200: { description: 'The module.', ...content('text/javascript') }, ...always },
  },
  '/page': {
    summary: 'A page for people',
    responses: { 200: { description: 'The page.', ...content('text/html') }, ...always, ...away },
  },
  '/health': {
    summary: 'Whether the stats are fresh, and who has to act when they are not',
    responses: {
      200: json('ok or retrying.', 'Health'),
      503: json('Somebody has to act, or nothing is there.', 'Health'),
    },
  },
};

/** OpenAPI 3.1 of the public routes. */
export function createOpenApi(publicUrl = ''): JsonObject {
  const paths = Object.entries(operations).map(([path, operation]) => [path, { get: operation }]);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Peloton stats',
      version: manifest.version,
      description: "One member's Peloton statistics, synced daily. Unofficial; not affiliated with Peloton.",
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: `${publicUrl}/api` }],
    paths: Object.fromEntries(paths),
    components: { schemas: createComponents() },
  };
}
