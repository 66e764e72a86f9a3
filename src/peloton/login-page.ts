// Readers of Auth0's HTML pages: the embedded configuration, the forms, the words, the signs of a bot check and of another page.
// docs/peloton.md says where each was seen.

import { Parser } from 'htmlparser2';
import type { StatsError } from '../errors.ts';
import type { HttpResponse } from '../http.ts';
import { memberOf, tryParseJson } from '../stats/json.ts';
import { assertAvailable, changed, stringOf, unavailable } from './judge.ts';

export type HiddenForm = { action: string; fields: [name: string, value: string][] };

/** Deeper than any page that people see. The work of the parser grows with the square of the depth. */
const maxDepth = 500;

export type Page = {
  /** With their named inputs; entities are decoded, as a browser does before it submits. */
  forms: HiddenForm[];
  /** The name and the type of every input, inside of a form or not. */
  inputs: { name: string; type: string }[];
  /** The words that a person sees, without those of scripts and styles. */
  words: string;
};

export function readPage(html: string): Page {
  const forms: HiddenForm[] = [];
  const inputs: Page['inputs'] = [];
  const words: string[] = [];
  let open: HiddenForm | undefined;
  let depth = 0;
  let unseen = 0;
  const isUnseen = (name: string) => /^(script|style|template|noscript)$/.test(name);
  const parser = new Parser({
    onopentag(tag, { action = '', name = '', type = '', value = '' }) {
      depth++;
      if (depth > maxDepth) parser.pause();
      if (isUnseen(tag)) unseen++;
      if (tag === 'form') {
        open = { action, fields: [] };
        forms.push(open);
      } else if (tag === 'input') {
        inputs.push({ name, type });
        if (name) open?.fields.push([name, value]);
      }
    },
    ontext(text) {
      if (unseen === 0) words.push(text);
    },
    onclosetag(tag) {
      depth--;
      if (isUnseen(tag)) unseen--;
      if (tag === 'form') open = undefined;
    },
  });
  parser.end(html);
  return { forms, inputs, words: words.join('') };
}

/** `window.injectedConfig`: base64 of JSON that repeats what /authorize was asked, with the page's own `_csrf`. */
export function readInjectedConfig(html: string): Record<'state' | 'csrf' | 'challenge', string | undefined> {
  const encoded =
    /injectedConfig\s*=\s*window\.injectedConfig\s*\|\|\s*["']([A-Za-z0-9+/_=-]+)["']/.exec(html)?.[1] ?? '';
  const config = tryParseJson(Buffer.from(encoded, 'base64').toString('utf8'));
  const told = (name: string) =>
    stringOf(memberOf(config, 'extraParams'), name) || stringOf(memberOf(config, 'internalOptions'), name) || undefined;
  return { state: told('state'), csrf: told('_csrf'), challenge: told('code_challenge') };
}

/**
 * True for a login page of another kind than the one that this code walks, such as Auth0's New Universal Login: by its address, or
 * by fields that a person fills in. The page that is walked has none in its HTML.
 */
export function isOtherLogin({ url, text }: HttpResponse): boolean {
  if (/^\/u\/(login|signup)\b/.test(url.pathname)) return !isNoPage(text);
  const { inputs } = readPage(text);
  const has = (...names: string[]) => inputs.some(({ name }) => names.includes(name));
  return inputs.some(({ type }) => type === 'password') || (has('state') && has('username', 'email', 'identifier'));
}

/** True for a body that is no page at all, or the page of a bot check, told by its words: ordinary pages load the same script. */
export function isNoPage(text: string): boolean {
  if (!text.trimStart().startsWith('<')) return true;
  return /just a moment|checking your browser|attention required|access (to this page )?(has been )?denied|px-captcha|cf[-_]chl/i.test(
    text,
  );
}

/**
 * The failure of an answer that is no page: an outage by its code. The page of a bot check is one that another rung may not meet;
 * a good status with something else has lost its end on the way.
 */
export function botCheck(answer: HttpResponse): StatsError {
  const { status, text } = answer;
  const opensNextRung = status !== 200 || text.trimStart().startsWith('<');
  return unavailable(answer, `answered ${status} with something else than its page`, { opensNextRung });
}

/**
 * Asserts that an answer is a page. A refusal in HTML comes from the bot check in front of Peloton and passes by itself; a refusal
 * in JSON, or a page that is gone, means that the sign-in has changed.
 * @throws StatsError `upstream-unavailable` or `upstream-changed` where the answer is no page.
 */
export function assertPage(answer: HttpResponse): void {
  const { status, text } = answer;
  assertAvailable(answer);
  if (text.trim() === '') throw unavailable(answer, `answered ${status} with an empty body`);
  const isJson = tryParseJson(text) !== undefined;
  if (!isJson && (isNoPage(text) || status === 401 || status === 403)) {
    throw botCheck(answer);
  }
  if (status !== 200 || isJson) throw changed(answer, `answered ${status} where a page was`);
}
