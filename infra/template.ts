// The template as its rules see it: compiled by Bicep, and evaluated as a deployment, where conditions, loops, defaults and
// names are resolved. A rule is a sentence, an assertion, and the faults that it must fail on.

import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export type Json = string | number | boolean | null | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };

/** Text by path relative to infra/, such as `modules/vault.bicep`; bicepconfig.json is one of them. */
export type Sources = ReadonlyMap<string, string>;

/** A resource as a deployment creates it. The name of a nested one is `parent/child`. */
export type Resource = JsonObject & { id: string; type: string; name: string };

/** A deployment with the given parameters. An expression in brackets stays where only Azure can resolve it: see `inAzure`. */
export type Deployment = { given: JsonObject; resources: Resource[]; outputs: JsonObject; diagnostics: Json[] };

/** One file, compiled, without the resources that it only refers to. A value by parameter or variable is an expression in brackets. */
export type Compiled = {
  parameters: Record<string, JsonObject>;
  resources: (JsonObject & { type: string })[];
  outputs?: Record<string, JsonObject>;
};

export type Template = {
  sources: Sources;
  /** What the compiler and its linter say, a line each. */
  diagnose(): Promise<string[]>;
  /** main.bicep as `main`, and each module by the name of its deployment. */
  compile(): Promise<ReadonlyMap<string, Compiled>>;
  evaluate(given: JsonObject, subscription?: string): Promise<Deployment>;
  /** main.bicep and the files that it uses, by path, as `bicep format` writes them. */
  format(): Promise<Sources>;
};

/** A file (main, a module by its name, or all: `*`), the text in it that is replaced, by what, and what the failure must say. */
export type Fault = readonly [file: string, from: string | RegExp, to: string, says?: RegExp];
export type Rule = { says: string; holds(template: Template): Promise<void>; faults: Readonly<Record<string, Fault>> };

export const least = { environmentName: 'home', location: 'westeurope', alertEmail: 'me@example.com' };

/** Every parameter, and the longest or largest value where that matters. */
export const most = {
  environmentName: 'a-household-of-many-members'.padEnd(64, 's'),
  location: 'australiasoutheast',
  alertEmail: 'owner@example.com',
  syncTime: '06:30',
  syncTimeZone: 'America/Argentina/ComodRivadavia',
  workouts: 'classes',
  customPublicUrl: 'https://stats.example.com',
  instanceMemoryMB: 4096,
  nodeVersion: '22',
  enablePurgeProtection: true,
  extraSettings: { PELOTON_CLIENT_ID: "it's my $client", PELOTON_OVERVIEW_VERSION: '2' },
  deployerPrincipalId: '00000000-0000-4000-8000-00000000000d',
  deployerPrincipalType: 'Group',
  githubSubject: 'repo:OWNER@1/REPO@2:environment:production',
};

/** Holds of both deployments. */
export function deployed(check: (deployment: Deployment) => void | Promise<void>): Rule['holds'] {
  return async template => {
    for (const given of [most, least]) await check(await template.evaluate(given));
  };
}

/** Holds of the compiled files. */
export function compiled(check: (files: ReadonlyMap<string, Compiled>) => void | Promise<void>): Rule['holds'] {
  return async template => await check(await template.compile());
}

export async function readSources(): Promise<Map<string, string>> {
  const sources = new Map<string, string>();
  for await (const path of glob(['**/*.bicep', 'bicepconfig.json'], { cwd: import.meta.dirname }))
    sources.set(path.replaceAll('\\', '/'), await readFile(join(import.meta.dirname, path), 'utf8'));
  return sources;
}

export function ofType({ resources }: Deployment, type: string): Resource[] {
  return resources.filter(resource => resource.type === type);
}

/** The one resource of a type, or the one of them whose name begins so. */
export function theOne(deployment: Deployment, type: string, prefix = ''): Resource {
  const [found, ...others] = ofType(deployment, type).filter(({ name }) => name.startsWith(prefix));
  assert.ok(found && others.length === 0, `there is ${found ? 'more than one' : 'no'} ${type} ${prefix}`);
  return found;
}

/** The value at a dotted path, such as `properties.siteConfig.cors`. */
export function at(from: Json | undefined, path: string): Json | undefined {
  let value = from;
  for (const key of path.split('.'))
    value = typeof value === 'object' && value !== null && !Array.isArray(value) ? value[key] : undefined;
  return value;
}

export function listAt(from: Json | undefined, path: string): Json[] {
  const value = at(from, path);
  return Array.isArray(value) ? value : [];
}

/** Properties that only Azure knows, as it might give them, by the name of their resource. */
const known: Readonly<Record<string, (name: string) => string>> = {
  clientId: name => `${name}.clientId`,
  principalId: name => `${name}.principalId`,
  customerId: name => `${name}.customerId`,
  ConnectionString: name => `${name}.ConnectionString`,
  defaultHostName: name => `${name}.azurewebsites.net`,
  'primaryEndpoints.blob': name => `https://${name}.blob.core.windows.net/`,
};

/** A text with its expression resolved as in Azure's public cloud. Any other value, and an unknown expression, come back as they are. */
export function inAzure(value: Json | undefined): Json | undefined {
  if (typeof value !== 'string' || !value.startsWith('[')) return value;
  const references = value
    .slice(1, -1)
    .replaceAll('environment().suffixes.keyvaultDns', "'.vault.azure.net'")
    .replaceAll('environment().suffixes.storage', "'core.windows.net'")
    .replaceAll("utcNow('u')", "'2026-11-29 11:00:00Z'")
    .replace(/reference\('[^']*\/([^/']+)', '[^']+'\)\.([\w.]+)/g, (text, name, property) =>
      known[property] ? `'${known[property](name)}'` : text,
    );
  const resolved = resolveCalls(references);
  const literal = /^'((?:[^']|'')*)'$/.exec(resolved)?.[1];
  return literal === undefined ? value : literal.replaceAll("''", "'");
}

/** Calls of format and replace with literals alone become their result, from the inside out. */
function resolveCalls(expression: string): string {
  const text = "'((?:[^']|'')*)'";
  const resolved = expression
    .replace(
      new RegExp(`replace\\(${text}, ${text}, ${text}\\)`, 'g'),
      (_, whole, from, to) => `'${whole.replaceAll(from, () => to)}'`,
    )
    .replace(new RegExp(`format\\(${text}((?:, ${text})+)\\)`, 'g'), (_, whole: string, list: string) => {
      const values = [...list.matchAll(new RegExp(`, ${text}`, 'g'))].map(([, item = '']) => item);
      return `'${whole.replace(/\{(\d)\}/g, (hole, index) => values[index] ?? hole)}'`;
    });
  return resolved === expression ? resolved : resolveCalls(resolved);
}
