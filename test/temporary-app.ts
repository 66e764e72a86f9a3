// Writes a function app of a few files into a temporary folder, for tests of the local host. The app uses this project's
// node_modules.

import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const project = join(import.meta.dirname, '..');
const hostJson = { version: '2.0', extensions: { http: { customHeaders: { 'X-Custom': 'host' } } } };

export type TemporaryApp = { root: string; remove(): Promise<void> };

/** Writes the files, host.json and package.json. `main` is the glob of the files that the host loads. */
export async function makeTemporaryApp(files: Record<string, string>, main = 'functions/*.ts'): Promise<TemporaryApp> {
  const root = await mkdtemp(join(tmpdir(), 'functions-app-'));
  await symlink(join(project, 'node_modules'), join(root, 'node_modules'));
  const all = {
    'host.json': JSON.stringify(hostJson),
    'package.json': JSON.stringify({ type: 'module', main }),
    ...files,
  };
  for (const [name, text] of Object.entries(all)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  }
  return { root, remove: () => rm(root, { recursive: true }) };
}
