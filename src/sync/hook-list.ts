// The secret `build-hooks`: the sites to call when the stats have changed, and the faults of the list.
// A URL can be a secret by itself, so entries are named by their place in the list.

import { createHash } from 'node:crypto';
import * as z from 'zod';
import { isLoopback } from '../config.ts';
import { tryParseJson } from '../stats/json.ts';

export const hooksSecret = 'build-hooks';
export const hooksHint = `Store ${hooksSecret} as JSON: [{"url":"https://…","token":"…"}], where the token is optional.`;

/** True for a URL that a hook may have, or may redirect to: https (http for this machine), without credentials in it. */
export function isHookUrl(text: string): boolean {
  const url = URL.parse(text);
  if (!url || url.username || url.password) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));
}

const hookSchema = z.object(
  {
    url: z.string('has no url').refine(isHookUrl, 'has a url that is no https address'),
    token: z
      .string('has a token that is no text')
      .trim()
      .regex(/^[\x21-\x7e]*$/, 'has a token that no header can hold')
      .nullish(),
  },
  'is no object',
);

export type Hook = z.infer<typeof hookSchema> & {
  /** Its number in the list, from 1. */
  entry: number;
};

export type MalformedEntry = { entry: number; what: string };

export type HookList = {
  /** The last entry of each URL. */
  hooks: Hook[];
  malformed: MalformedEntry[];
  /** False where the secret as a whole is something else than a list. */
  isList: boolean;
};

/** The array in the secret; a blank secret is as good as none, and a byte order mark is what some editors begin a file with. */
function parseArray(value: string): unknown[] | undefined {
  const text = value.trim(); // which takes a byte order mark away too
  if (text === '') return [];
  const list = tryParseJson(text);
  return Array.isArray(list) ? list : undefined;
}

/** Reads the secret. A malformed entry costs the others nothing. */
export function parseHooks(value: string): HookList {
  const list = parseArray(value);
  if (!list) return { hooks: [], malformed: [], isList: false };
  const malformed: MalformedEntry[] = [];
  const byUrl = new Map<string, Hook>();
  for (const [index, sent] of list.entries()) {
    const entry = index + 1;
    const { data, error } = hookSchema.safeParse(sent);
    if (data) byUrl.set(data.url, { ...data, entry });
    else malformed.push({ entry, what: error.issues[0]?.message ?? 'is malformed' });
  }
  return { hooks: [...byUrl.values()], malformed, isList: true };
}

/** A hook's name in state.json: another token makes it another hook. */
export function idOf({ url, token }: Hook): string {
  return createHash('sha256')
    .update(JSON.stringify([url, token ?? '']))
    .digest('hex');
}

const namedAtMost = 5;

/** The faults of the list in a sentence that repeats none of its values; undefined where it has none. */
export function describeFaults({ malformed, isList }: Omit<HookList, 'hooks'>): string | undefined {
  if (!isList) return `The secret ${hooksSecret} is not a list of hooks. ${hooksHint}`;
  if (malformed.length === 0) return undefined;
  const named = malformed.slice(0, namedAtMost).map(({ entry, what }) => `entry ${entry} ${what}`);
  const rest = malformed.length > namedAtMost ? `, and ${malformed.length - namedAtMost} more are malformed` : '';
  return `In the secret ${hooksSecret}, ${named.join(', ')}${rest}. ${hooksHint}`;
}
