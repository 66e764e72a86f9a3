// The code blocks of a page of the documents, so that tests can run them, or compare them with files that are run.

import { readFileSync } from 'node:fs';

export type Snippet = {
  /** The nearest heading of the second level above. */
  section: string;
  language: string;
  code: string;
};

/** The address that stands for a reader's own service. */
export const exampleAddress = 'https://YOUR-APP.azurewebsites.net';

/** The blocks of a page in their order. `path` is relative to the project. */
export function readSnippets(path: string): Snippet[] {
  const page = readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
  let section = '';
  return [...page.matchAll(/^## ([^\n]*)$|^```([\w-]+)\n(.*?)^```$/gms)].flatMap(
    ([, heading, language = '', code = '']) => {
      if (heading === undefined) return [{ section, language, code }];
      section = heading;
      return [];
    },
  );
}
