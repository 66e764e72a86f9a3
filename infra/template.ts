// The deployment as a whole, main.bicep and its modules, and the few questions that every policy asks of it.

import { glob, readFile } from 'node:fs/promises';
import { type BicepFile, type BicepObject, type BicepValue, type Declaration, makeBicepReader } from './bicep-tree.ts';

/** Source text by path relative to infra/, such as `modules/vault.bicep`. */
export type Sources = ReadonlyMap<string, string>;
export type Template = ReadonlyMap<string, BicepFile>;
/** What is wrong, one sentence each; empty when all is well. */
export type Findings = string[];
export type Policy = (template: Template) => Findings;

export async function readSources(): Promise<Sources> {
  const sources = new Map<string, string>();
  for await (const path of glob('**/*.bicep', { cwd: import.meta.dirname })) {
    sources.set(path.replaceAll('\\', '/'), await readFile(`${import.meta.dirname}/${path}`, 'utf8'));
  }
  return sources;
}

export async function makeTemplateReader(): Promise<(sources: Sources) => Template> {
  const read = await makeBicepReader();
  return sources => new Map([...sources].map(([path, source]) => [path, read(path, source)]));
}

/** A resource that the deployment creates, with the file that it stands in. */
export type Placed = { file: BicepFile; resource: Declaration };

export function resourcesOf(template: Template, type: string): Placed[] {
  return [...template.values()].flatMap(file =>
    file.resources
      .filter(resource => resource.type === type && !resource.existing)
      .map(resource => ({ file, resource })),
  );
}

/** How a finding names a resource: `modules/vault.bicep vault`. */
export function nameOf({ file, resource }: Placed): string {
  return `${file.path} ${resource.symbol}`;
}

/** The value at a dotted path; a name of a variable on the way, or at the end, is replaced by its value. */
export function valueAt(file: BicepFile, from: BicepValue | undefined, path: string): BicepValue | undefined {
  let value = resolve(file, from);
  for (const key of path.split('.')) value = isObject(value) ? resolve(file, value[key]) : undefined;
  return value;
}

export function listAt(file: BicepFile, from: BicepValue | undefined, path: string): BicepValue[] {
  const value = valueAt(file, from, path);
  return Array.isArray(value) ? value.map(item => resolve(file, item) ?? null) : [];
}

export function isObject(value: BicepValue | undefined): value is BicepObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Source text of an expression, or the literal as text: for comparing and for showing. */
export function textOf(value: BicepValue | undefined): string {
  if (isObject(value) && typeof value.expression === 'string') return value.expression;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function resolve(file: BicepFile, value: BicepValue | undefined): BicepValue | undefined {
  const variable = isObject(value) ? file.variables.get(textOf(value)) : undefined;
  return variable ?? value;
}
