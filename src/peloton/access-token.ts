// Peloton's access token is a JWT, whose claims anybody can read. Its signature is for Peloton to check: a claim that lies
// gets its bearer nothing, since the API answers by the token.

import * as z from 'zod';
import { isObject, tryParseJson } from '../stats/json.ts';
import { userIdSchema } from './overview.ts';

const claimsSchema = z.object({ 'http://onepeloton.com/user_id': userIdSchema });

function readPart(part: string | undefined): unknown {
  return part === undefined ? undefined : tryParseJson(Buffer.from(part, 'base64url').toString('utf8'));
}

/** True for a text in the form of a JWT: signed, of three parts, or encrypted, of five. */
export function isJwt(text: string): boolean {
  return /^[\w-]+(\.[\w-]*){2}((\.[\w-]*){2})?$/.test(text) && isObject(readPart(text.split('.', 1)[0]));
}

/** The user id of an access token's account; undefined where the token has none, or one of another form. */
export function readUserId(accessToken: string): string | undefined {
  const [, claims] = accessToken.split('.', 2);
  return claimsSchema.safeParse(readPart(claims)).data?.['http://onepeloton.com/user_id'];
}
