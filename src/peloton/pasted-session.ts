// Reads a pasted session in each form that people have at hand: JSON with tokens, the value that the members site keeps in
// localStorage, a bare token, or the header around it; with the quotes, byte order mark and line ends of the copied place.

import { isObject, tryParseJson } from '../stats/json.ts';
import { isJwt } from './access-token.ts';

const around = /^[\s\uFEFF]+|[\s\uFEFF]+$/g;
const quotes = /^['"`“”‘’]+|['"`“”‘’]+$/g;

/**
 * A refresh token has no structure: only its form tells it from words. A text that begins like a JWT is a piece of a
 * JWT, and an equals sign inside belongs to a name that was copied with a value.
 */
const refreshToken = /^(?!eyJ)(?=v1\.|.{40})[\w.~+/-]{20,}={0,2}$/;

function readBareToken(text: string): Record<string, unknown> | undefined {
  const [, header, token] = /^((?:Authorization:\s*)?Bearer\s+)?(\S+)$/i.exec(text) ?? [];
  if (token === undefined) return undefined;
  if (header !== undefined || isJwt(token)) return { access_token: token };
  return refreshToken.test(token) ? { refresh_token: token } : undefined;
}

/** The fields of a session, unjudged: empty for an empty text, undefined for a text that is no session of any form. */
export function readSessionFields(text: string): Record<string, unknown> | undefined {
  const trimmed = text.replace(around, '');
  if (trimmed === '') return {};
  const json = tryParseJson(trimmed);
  if (isObject(json)) return isObject(json.body) ? { ...json.body, ...json } : json;
  if (typeof json === 'string') return readSessionFields(json);
  if (json !== undefined) return undefined;
  const unquoted = trimmed.replace(quotes, '');
  return unquoted === trimmed ? readBareToken(trimmed) : readSessionFields(unquoted);
}
