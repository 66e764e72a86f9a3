// The functions that the app registers, read from the text of functions/*.ts. To call them would need the packages of the app; a
// test compares what is read here with what a host is told.

import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

export type Registration = {
  name: string;
  /** Undefined for a timer. */
  route: string | undefined;
  methods: readonly string[];
};

const folder = resolve(import.meta.dirname, '../../../functions');

function parse(source: string): Registration | undefined {
  const [, name] = /\bapp\.(?:http|timer)\(\s*'([\w-]+)'/.exec(source) ?? [];
  const [, route] = /\broute: '([^']*)'/.exec(source) ?? [];
  const [, list = ''] = /\bmethods: \[([^\]]*)\]/.exec(source) ?? [];
  return name === undefined ? undefined : { name, route, methods: list.match(/\b[A-Z]+\b/g) ?? [] };
}

/** @throws TypeError for a file that registers nothing that can be read. */
export async function readRegistrations(): Promise<Registration[]> {
  const files = (await readdir(folder)).filter(file => file.endsWith('.ts') && !file.endsWith('.test.ts')).sort();
  return await Promise.all(
    files.map(async file => {
      const registration = parse(await readFile(join(folder, file), 'utf8'));
      if (!registration) throw new TypeError(`functions/${file} registers nothing that can be read.`);
      return registration;
    }),
  );
}

/** A path of the route, without a slash in front: an optional parameter left out, `{date}` the given day. */
export function pathOf(route: string, date: string): string {
  return route.replace(/\{[^}]*\?\}/g, '').replace('{date}', date);
}
