// Peloton's access token is a JWT, whose claims anybody can read. Its signature is for Peloton to check: a claim that lies
// gets its bearer nothing, since the API answers by the token.

import * as z from 'zod';
import { isObject, tryParseJson } from '../stats/json.ts';
import { userIdSchema } from './overview.ts';

const claimsSchema = z.object({
  'http://onepeloton.com/user_id': userIdSchema.optional().catch(undefined),
  azp: z.string().min(1).optional().catch(undefined),
  exp: z.int().positive().max(8_640_000_000_000).optional().catch(undefined),
});

function readPart(part: string | undefined): unknown {
  return part === undefined ? undefined : tryParseJson(Buffer.from(part, 'base64url').toString('utf8'));
}

/** True for a text in the form of a JWT: signed, of three parts, or encrypted, of five. */
export function isJwt(text: string): boolean {
  return /^[\w-]+(\.[\w-]*){2}((\.[\w-]*){2})?$/.test(text) && isObject(readPart(text.split('.', 1)[0]));
}

export type Claims = {
  /** Of the account. */
  userId: string | undefined;
  /** The client that the token was issued to. */
  clientId: string | undefined;
  endsAt: Date | undefined;
};

/** What an access token says of itself; undefined for what it does not say, or says in another form. */
export function readClaims(accessToken: string): Claims {
  const { azp, exp, ...claims } = claimsSchema.safeParse(readPart(accessToken.split('.', 2)[1])).data ?? {};
  return {
    userId: claims['http://onepeloton.com/user_id'],
    clientId: azp,
    endsAt: exp === undefined ? undefined : new Date(exp * 1000),
  };
}
