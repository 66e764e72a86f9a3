// Makes one file of all that a request loads. The bundler splits so finely that no part is loaded for nothing: for the first GET that
// is twenty files, whose loading takes ten times as long as what is ours in them.

import { writeFile } from 'node:fs/promises';
import { basename, dirname, relative, resolve } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { slashPath } from './slash-path.ts';

type Outputs = Metafile['outputs'];

/** The files that a file of a build loads with it. */
function loadedWith(file: string, outputs: Outputs, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const { path, kind } of outputs[file]?.imports ?? [])
    if (kind === 'import-statement' && path in outputs) loadedWith(path, outputs, found);
  return found;
}

/** Takes the parts into the bundle, and leaves the other files of the build where they are. */
function keepOthers(parts: ReadonlySet<string>, folder: string): Plugin {
  return {
    name: 'keep-others',
    setup({ onResolve }) {
      onResolve({ filter: /\.mjs$/ }, ({ path, resolveDir }) => {
        const file = resolve(resolveDir, path);
        if (parts.has(file)) return { path: file };
        return { path: `./${slashPath(relative(folder, file))}`, external: true };
      });
    },
  };
}

export type JoinRequest = {
  outputs: Outputs;
  /** The entry of the build, which is loaded before. */
  main: string;
  /** The source that is loaded later, with all that it needs. */
  source: string;
  /** The file to be written, in the folder of the chunks. */
  target: string;
  options: BuildOptions & { absWorkingDir: string };
};

/** Joins the files; each of them then passes on what it exported, to those of the others that are loaded later. */
export async function joinChunks({ outputs, main, source, target, options }: JoinRequest): Promise<void> {
  const place = (file: string) => resolve(options.absWorkingDir, file);
  const entry = Object.keys(outputs).find(file => outputs[file]?.entryPoint === source);
  if (!entry) throw new Error(`The build has no file of its own for ${source}.`);
  const atStart = loadedWith(main, outputs);
  const parts = [...loadedWith(entry, outputs)].filter(file => !atStart.has(file));
  const namesOf = (file: string) => outputs[file]?.exports ?? [];
  const folder = dirname(target);
  const contents = parts.map(
    (file, part) =>
      `export{${namesOf(file).map(name => `${name} as p${part}_${name}`)}}from${JSON.stringify(place(file))};`,
  );
  await build({
    ...options,
    stdin: { contents: contents.join('\n'), resolveDir: folder, sourcefile: 'parts' },
    outfile: target,
    plugins: [keepOthers(new Set(parts.map(place)), folder)],
  });
  for (const [part, file] of parts.entries()) {
    const names = namesOf(file).map(name => `p${part}_${name} as ${name}`);
    await writeFile(place(file), `export{${names}}from"./${basename(target)}";\n`);
  }
}
