// Writes dist/, the folder that is deployed: host.json, package.json, one entry, and chunks that are loaded on first use.
// Nothing of the sandbox gets in, and no node_modules are needed beside it.

import { copyFile, glob, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import manifest from '../package.json' with { type: 'json' };
import { joinChunks } from './join-chunks.ts';
import { leaveOutUnused } from './leave-out.ts';
import { slashPath } from './slash-path.ts';

const root = resolve(import.meta.dirname, '..');
const dist = resolve(root, 'dist');

// The SDKs ask for Node's own modules by require, which an ES module does not have.
export const banner =
  "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);";

/**
 * The source of the entry: an import of each file.
 * @param files relative to the folder that the source stands in, with the separators of any machine.
 */
export function importEach(files: readonly string[]): string {
  return files.map(file => `import ${JSON.stringify(`./${slashPath(file)}`)};`).join('\n');
}

/**
 * Files of other languages go in as text, and the database of time zones as its names: the module that reads them is evaluated
 * here, and its values take its place.
 */
const embedFiles: Plugin = {
  name: 'embed-files',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/](views[\\/]embedded|stats[\\/]time-zone-names)\.ts$/ }, async ({ path }) => {
      const values: Record<string, unknown> = await import(pathToFileURL(path).href);
      const lines = Object.entries(values).map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`);
      return { contents: lines.join('\n') };
    });
  },
};

/** How everything is bundled that is deployed, and what it is compared with. */
export const options = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  // The first is supplied by the worker; the second is for a listing format of the blob SDK that is not used.
  external: ['@azure/functions-core', 'apache-arrow'],
  logLevel: 'warning',
} satisfies BuildOptions;

/** Bundles the files into dist/, and into one file what the first GET loads. */
async function bundle(files: readonly string[]): Promise<void> {
  const { metafile } = await build({
    ...options,
    stdin: { contents: importEach(files), resolveDir: root, sourcefile: 'main.ts' },
    outdir: dist,
    entryNames: 'main',
    chunkNames: 'chunks/[name]-[hash]',
    outExtension: { '.js': '.mjs' },
    splitting: true,
    keepNames: true,
    banner: { js: banner },
    define: { BUILT_AT: JSON.stringify(new Date().toISOString()) },
    plugins: [embedFiles, leaveOutUnused()],
    metafile: true,
  });
  const target = resolve(dist, 'chunks/first-get.mjs');
  await joinChunks({
    outputs: metafile.outputs,
    main: 'dist/main.mjs',
    source: 'src/serve/routes.ts',
    target,
    options,
  });
}

async function writeDist(): Promise<void> {
  const registrations = (await Array.fromAsync(glob('functions/*.ts', { cwd: root }))).sort();
  await rm(dist, { recursive: true, force: true });
  await mkdir(dist, { recursive: true });
  await bundle(registrations);
  await copyFile(resolve(root, 'host.json'), resolve(dist, 'host.json'));
  const { name, version } = manifest;
  await writeFile(
    resolve(dist, 'package.json'),
    `${JSON.stringify({ name, version, type: 'module', main: 'main.mjs', engines: { node: '>=22' } }, null, 2)}\n`,
  );

  const files = await Array.fromAsync(glob('**/*.*', { cwd: dist }));
  const sizes = await Promise.all(files.map(async file => (await stat(resolve(dist, file))).size));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  console.log(
    `${relative(root, dist)}/: ${files.length} files, ${(bytes / 1024).toFixed(0)} kB, ${registrations.length} functions`,
  );
}

if (import.meta.main) await writeDist();
