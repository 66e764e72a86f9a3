// The published JSON Schemas, generated from the Zod schemas that the code itself validates with. They allow members that
// they do not name, so that a field that is added later breaks no reader who validates.

import * as z from 'zod';
import { activitySchema, historySchema, recentWorkoutsSchema, snapshotSchema } from '../stats/schemas.ts';
import { healthSchema } from '../sync/health.ts';
import type { ProblemDetails } from './problem-details.ts';

export type JsonObject = Record<string, unknown>;

const badgeSchema = z
  .object({
    schemaVersion: z.literal(1),
    label: z.string(),
    message: z.string(),
    color: z.string(),
    isError: z.boolean().optional(),
  })
  .meta({ id: 'Badge', description: "shields.io's endpoint badge." });

const problemSchema: z.ZodType<ProblemDetails> = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().meta({ description: 'Whose turn it is; docs/operations.md has a paragraph for each.' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457.' });

/** The two bodies of a 200 to POST /api/sync. */
export const syncedSchema = z.union([
  z.object({ outcome: z.literal('synced'), date: z.iso.date(), synced_at: z.iso.datetime() }),
  z.object({ outcome: z.literal('not-due') }),
]);
export const busySchema = z.object({ outcome: z.literal('busy') });

/** A JSON Schema without `$schema`, to stand inside the OpenAPI document. */
export function toInlineSchema(schema: z.ZodType): JsonObject {
  const { $schema: _, ...inline } = toJsonSchema(schema);
  return inline;
}

function toJsonSchema(schema: z.ZodType): JsonObject {
  return z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      if (jsonSchema.format) delete jsonSchema.pattern; // `format` says the same, and can be read
    },
  }) as JsonObject;
}

/** The JSON Schema (2020-12) of the snapshot. */
export function createSnapshotJsonSchema(publicUrl = ''): JsonObject {
  const { json, definitions: $defs } = snapshotSchema;
  const head = { $schema: 'https://json-schema.org/draft/2020-12/schema', $id: `${publicUrl}/api/schema.json` };
  return { ...head, title: 'Peloton stats', ...json, $defs };
}

/** Every named schema by its name, for `components.schemas` of the OpenAPI document. */
export function createSchemas(): JsonObject {
  const stored = [snapshotSchema, historySchema, activitySchema, recentWorkoutsSchema];
  const others = [healthSchema, problemSchema, badgeSchema].map(schema => toJsonSchema(schema).$defs);
  const definitions = Object.assign({}, ...stored.map(({ definitions }) => definitions), ...others);
  return JSON.parse(JSON.stringify(definitions).replaceAll('#/$defs/', '#/components/schemas/'));
}
