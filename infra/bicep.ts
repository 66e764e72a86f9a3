// Bicep's own compiler: where this machine has one, and one process of it that reads one template after another, from copies
// in a folder of its own.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { Bicep } from 'bicep-node';
import { once } from '../src/once.ts';
import type { Compiled, Deployment, Json, JsonObject, Sources, Template } from './template.ts';

/** The compiler that the rules were written with. An older one is not asked. */
export const testedVersion = '0.49.2';
const tenantId = '00000000-0000-4000-8000-000000000002';
const subscriptionId = '00000000-0000-4000-8000-000000000001';

// Without this the compiler does not start on a machine without ICU.
process.env.DOTNET_SYSTEM_GLOBALIZATION_INVARIANT ??= '1';
// These take a third off a hundred short compilations.
process.env.DOTNET_TieredPGO ??= '0';
process.env.DOTNET_gcConcurrent ??= '0';

/** Bicep, where BICEP_PATH or PATH has it, or where azd and az keep theirs. */
export function findBicep(): string | undefined {
  const executable = process.platform === 'win32' ? 'bicep.exe' : 'bicep';
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    join(homedir(), '.azd', 'bin'),
    join(homedir(), '.azure', 'bin'),
  ];
  const paths = [process.env.BICEP_PATH ?? '', ...folders.map(folder => join(folder, executable))];
  return paths.find(path => path !== '' && existsSync(path) && isNewEnough(path));
}

export const withoutBicep = `the template in infra/ was not checked: Bicep ${testedVersion} or newer is missing (az bicep install, or name one by BICEP_PATH)`;

function isNewEnough(path: string): boolean {
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
  const [, version = '0'] = / (\d+\.\d+\.\d+)/.exec(stdout ?? '') ?? [];
  return version.localeCompare(testedVersion, 'en', { numeric: true }) >= 0;
}

export type Compiler = AsyncDisposable & { open(sources: Sources): Promise<Template> };

export async function startCompiler(path: string): Promise<Compiler> {
  const folder = await mkdtemp(join(tmpdir(), 'bicep-'));
  const bicep = await Bicep.initialize(path);
  return {
    open: async sources => openTemplate(bicep, sources, await copyTo(folder, sources)),
    [Symbol.asyncDispose]: async () => {
      bicep.dispose();
      await rm(folder, { recursive: true });
    },
  };
}

async function copyTo(folder: string, sources: Sources): Promise<string> {
  const copy = await mkdtemp(join(folder, 'template-'));
  for (const [path, text] of sources) {
    await mkdir(dirname(join(copy, path)), { recursive: true });
    await writeFile(join(copy, path), text);
  }
  return copy;
}

function openTemplate(bicep: Bicep, sources: Sources, folder: string): Template {
  const path = join(folder, 'main.bicep');
  const compiled = once(() => bicep.compile({ path }));
  const explain = async (cause: unknown) => {
    throw new Error(describe(await compiled()).join('\n'), { cause });
  };
  const evaluated = new Map<string, () => Promise<Deployment>>();
  return {
    sources,
    diagnose: async () => describe(await compiled()),
    compile: async () => {
      const { contents, diagnostics } = await compiled();
      if (contents === undefined) throw new Error(describe({ diagnostics }).join('\n'));
      return new Map(filesIn('main', JSON.parse(contents)));
    },
    evaluate: (given, subscription = subscriptionId) => {
      const key = JSON.stringify([given, subscription]);
      const known = evaluated.get(key) ?? once(() => evaluate(bicep, folder, given, subscription).catch(explain));
      evaluated.set(key, known);
      return known();
    },
    format: async () => {
      const { filePaths } = await bicep.getFileReferences({ path });
      const used = filePaths.map(file => relative(folder, file).replaceAll('\\', '/'));
      const format = async (name: string) => (await bicep.format({ path: join(folder, name) })).contents;
      const files = used.filter(name => name.endsWith('.bicep')).map(async name => [name, await format(name)] as const);
      return new Map(await Promise.all(files));
    },
  };
}

function describe({ diagnostics }: Pick<Awaited<ReturnType<Bicep['compile']>>, 'diagnostics'>): string[] {
  return diagnostics.map(({ source, range, level, code, message }) => {
    const file = source.replaceAll('\\', '/').split('/').at(-1);
    return `${file}:${range.start.line + 1} ${level} ${code}: ${message}`;
  });
}

/** A compiled file, and after it the modules in it by the names of their deployments. */
function filesIn(name: string, file: Compiled): [string, Compiled][] {
  // A list, or by symbol, where a file uses what a list cannot say.
  const resources = Object.values(file.resources).filter(({ existing }) => existing !== true);
  const modules = resources.filter(({ type }) => type === 'Microsoft.Resources/deployments');
  return [
    [name, { ...file, resources }],
    ...modules.flatMap(module => filesIn(String(module.name), Object(module.properties).template as Compiled)),
  ];
}

async function evaluate(bicep: Bicep, folder: string, given: JsonObject, subscription: string): Promise<Deployment> {
  const path = join(folder, `${crypto.randomUUID()}.bicepparam`);
  const lines = Object.entries(given).map(([name, value]) => `param ${name} = ${literal(value)}\n`);
  await writeFile(path, `using 'main.bicep'\n${lines.join('')}`);
  const metadata = { tenantId, subscriptionId: subscription, location: String(given.location) };
  const { snapshot } = await bicep.getSnapshot({ path, metadata });
  const { predictedResources: resources, outputs, diagnostics } = JSON.parse(snapshot);
  return { given, resources, outputs, diagnostics };
}

/** A value as Bicep writes it. */
function literal(value: Json): string {
  if (typeof value === 'string') return `'${value.replace(/[\\'$]/g, '\\$&')}'`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return `[\n${value.map(literal).join('\n')}\n]`;
  const lines = Object.entries(value).map(([key, item]) => `${literal(key)}: ${literal(item)}\n`);
  return `{\n${lines.join('')}}`;
}
