// The JSON Schemas that are published, generated from the definitions that the code itself validates with. They allow members
// that they do not name: a field that is added later must not break a reader who checks.

import * as z from 'zod';
import { historySchema } from '../stats/history.ts';
import { snapshotSchema } from '../stats/snapshot.ts';
import { healthSchema } from '../sync/health.ts';
import type { ProblemDetails } from './serve.ts';

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

/** What a sync that was asked for is answered with. */
export const syncedSchema = z.union([
  z.object({ outcome: z.literal('synced'), date: z.iso.date(), synced_at: z.iso.datetime() }),
  z.object({ outcome: z.literal('not-due') }),
]);
export const busySchema = z.object({ outcome: z.literal('busy') });

/** A schema without a name of its own, to stand inside another document. */
export function toInlineSchema(schema: z.ZodType): JsonObject {
  const { $schema: _, ...inline } = toJsonSchema(schema);
  return inline;
}

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

/** All of them by name, as OpenAPI holds them. */
export function createSchemas(): JsonObject {
  const schemas = [snapshotSchema, historySchema, healthSchema, problemSchema, badgeSchema].map(toJsonSchema);
  const definitions = Object.assign({}, ...schemas.map(({ $defs }) => $defs));
  return JSON.parse(JSON.stringify(definitions).replaceAll('#/$defs/', '#/components/schemas/'));
}
