// Readers of Auth0's HTML pages: the embedded configuration, the hidden form, the signs of a second factor and of a bot check.
// docs/peloton.md says where each was seen.

import { Parser } from 'htmlparser2';
import type { HttpResponse } from '../http.ts';
import { memberOf, tryParseJson } from '../stats/json.ts';
import { assertAvailable, changed, unavailable } from './judge.ts';

export type HiddenForm = { action: string; fields: [name: string, value: string][] };

/** Deeper than any page that people see. The work of the parser grows with the square of the depth. */
const maxDepth = 500;

/** The forms of a page with their named inputs; entities are decoded, as a browser does before it submits. */
export function readForms(html: string): HiddenForm[] {
  const forms: HiddenForm[] = [];
  let open: HiddenForm | undefined;
  let depth = 0;
  const parser = new Parser({
    onopentag(name, attributes) {
      depth++;
      if (depth > maxDepth) parser.pause();
      if (name === 'form') {
        open = { action: attributes.action ?? '', fields: [] };
        forms.push(open);
      } else if (name === 'input' && attributes.name) {
        open?.fields.push([attributes.name, attributes.value ?? '']);
      }
    },
    onclosetag(name) {
      depth--;
      if (name === 'form') open = undefined;
    },
  });
  parser.end(html);
  return forms;
}

/** `window.injectedConfig`: base64 of JSON that repeats what /authorize was asked, with the page's own `_csrf`. */
export function readInjectedConfig(html: string): { state?: string; csrf?: string; challenge?: string } {
  const encoded = /injectedConfig\s*=\s*window\.injectedConfig\s*\|\|\s*["']([A-Za-z0-9+/_=-]+)["']/.exec(html)?.[1];
  if (!encoded) return {};
  const config = tryParseJson(Buffer.from(encoded, 'base64').toString('utf8'));
  const found: { state?: string; csrf?: string; challenge?: string } = {};
  for (const [key, name] of [
    ['state', 'state'],
    ['csrf', '_csrf'],
    ['challenge', 'code_challenge'],
  ] as const) {
    const value =
      memberOf(memberOf(config, 'extraParams'), name) ?? memberOf(memberOf(config, 'internalOptions'), name);
    if (typeof value === 'string' && value !== '') found[key] = value;
  }
  return found;
}

/** The words of a page that a person sees, without those of scripts and styles. */
function readWords(html: string): string {
  const words: string[] = [];
  let depth = 0;
  let unseen = 0;
  const isUnseen = (name: string) => /^(script|style|template|noscript)$/.test(name);
  const parser = new Parser({
    onopentag(name) {
      depth++;
      if (depth > maxDepth) parser.pause();
      if (isUnseen(name)) unseen++;
    },
    ontext(text) {
      if (unseen === 0) words.push(text);
    },
    onclosetag(name) {
      depth--;
      if (isUnseen(name)) unseen--;
    },
  });
  parser.end(html);
  return words.join('');
}

/** True for a page that asks for a second factor, by its words outside of scripts: the script of the login page holds the same. */
export function asksSecondFactor(html: string): boolean {
  if (readForms(html).some(form => /\/u\/mfa|mfa-/.test(form.action))) return true;
  if (isNoPage(html)) return false;
  return /verify your identity|two-factor|second factor|verification code|one-time code/i.test(readWords(html));
}

/** True for a body that is no page at all, or the page of a bot check, told by its words: ordinary pages load the same script. */
export function isNoPage(text: string): boolean {
  if (!text.trimStart().startsWith('<')) return true;
  return /just a moment|checking your browser|attention required|access (to this page )?(has been )?denied|px-captcha|cf[-_]chl/i.test(
    text,
  );
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
    throw unavailable(answer, `answered ${status} with something else than its page`);
  }
  if (status !== 200 || isJson) throw changed(answer, `answered ${status} where a page was`);
}
