// Writes examples/plain-html/peloton-stats.d.ts: the answers of the service as TypeScript, from the schemas that it
// publishes. Knows what those schemas use, and fails on anything else instead of guessing.

import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createOpenApi } from '../src/serve/openapi.ts';

export type Schema = {
  $ref?: string;
  type?: string | readonly string[];
  const?: unknown;
  enum?: readonly unknown[];
  anyOf?: readonly Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: readonly string[];
  additionalProperties?: Schema;
  description?: string;
};

const plainTypes: Record<string, string> = {
  string: 'string',
  number: 'number',
  integer: 'number',
  null: 'null',
  boolean: 'boolean',
};

/** A schema as a type expression. `indent` is that of the line it stands in. */
export function toType(schema: Schema, indent = ''): string {
  if (schema.$ref) return schema.$ref.split('/').at(-1) ?? '';
  if ('const' in schema) return toLiteral(schema.const);
  if (schema.enum) return toUnion(schema.enum.map(toLiteral), indent);
  if (schema.anyOf)
    return toUnion(
      schema.anyOf.map(each => toType(each, indent)),
      indent,
    );
  if (schema.type === 'array' && schema.items) return toArrayType(toType(schema.items, indent));
  if (schema.properties) return toObjectType(schema, indent);
  if (schema.type === 'object' && schema.additionalProperties) {
    return `Record<string, ${toType(schema.additionalProperties, indent)}>`;
  }
  const plain = [schema.type ?? []].flat().map(type => plainTypes[type]);
  if (plain.length === 0 || plain.includes(undefined))
    throw new Error(`No type is known for ${JSON.stringify(schema)}.`);
  return plain.join(' | ');
}

function toLiteral(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
}

/** In one line where it is short, else one line a member, as the formatter has it. */
function toUnion(types: readonly string[], indent: string): string {
  const line = types.join(' | ');
  return line.length < 100 || line.includes('\n') ? line : types.map(type => `\n${indent}  | ${type}`).join('');
}

function toArrayType(item: string): string {
  return /^\w+$/.test(item) ? `${item}[]` : `Array<${item}>`;
}

function toObjectType({ properties = {}, required = [] }: Schema, indent: string): string {
  const inner = `${indent}  `;
  const members = Object.entries(properties).map(([name, schema]) => {
    const optional = required.includes(name) ? '' : '?';
    const type = toType(schema, inner);
    return `${describe(schema, inner)}${inner}${name}${optional}:${type.startsWith('\n') ? '' : ' '}${type};\n`;
  });
  return `{\n${members.join('')}${indent}}`;
}

function describe({ description }: Schema, indent: string): string {
  return description === undefined ? '' : `${indent}/** ${description} */\n`;
}

/** The whole file. */
export function createTypes(): string {
  const { components } = createOpenApi('https://stats.example') as { components: { schemas: Record<string, Schema> } };
  const types = Object.entries(components.schemas).map(
    ([name, schema]) => `${describe(schema, '')}export type ${name} = ${toType(schema)};\n`,
  );
  return [
    '// What the service answers, made from its own schemas by scripts/write-types.ts. Copy it to where you need it.\n',
    ...types,
  ].join('\n');
}

export const typesPath = fileURLToPath(new URL('../examples/plain-html/peloton-stats.d.ts', import.meta.url));

if (import.meta.main) await writeFile(typesPath, createTypes());
