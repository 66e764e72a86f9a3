// The findings about the user name and the password, whose values are never shown: whether they are there, which characters
// around them are ignored, and signs that the owner made a slip in storing them.

import type { Secret } from '../../azure/vault.ts';
import { passwordOf, trimSecret, usernameOf } from '../../peloton/credentials.ts';
import { type Finding, fix, note, ok } from './finding.ts';

export const storeCredentials = 'bash infra/scripts/set-credentials.sh, on Windows infra/scripts/set-credentials.ps1';

type Named = { name: string; secret: Secret };
type Pair = Record<'username' | 'password', string | undefined>;

const lineEnd = /[\r\n\u2028\u2029]/;
/** White space but the blank, and characters without a width or a form. */
const unseen = /[^\S ]|[\p{Cc}\p{Cf}]/u;
const address = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** The faults of one value alone. */
function findSlip(name: string, value: string): string | undefined {
  if (value.trim() === '') return 'the secret is empty';
  if (lineEnd.test(value)) return 'it has a line end inside: is it two lines in one secret?';
  if (name === 'peloton-username' && (unseen.test(value) || value.includes(' '))) {
    return 'it has white space or an invisible character inside';
  }
  return undefined;
}

function describeOddities({ name, secret }: Named, { username, password }: Pair): string[] {
  const isPassword = name === 'peloton-password';
  const value = (isPassword ? password : username) ?? '';
  const oddities: string[] = [];
  if (secret.value !== value) {
    const what = secret.value !== trimSecret(secret.value) ? 'a byte order mark or line ends' : 'white space';
    oddities.push(`${what} around it, which the service ignores`);
  }
  if (isPassword && value !== value.trim()) oddities.push('white space around it, which counts as part of it');
  else if (isPassword && unseen.test(value)) oddities.push('an invisible character inside, which counts as part of it');
  if (isPassword && address.test(value) && username !== undefined && !address.test(username)) {
    oddities.push(
      'the form of an e-mail address, which the user name has not: if the two are swapped, store them anew',
    );
  }
  return oddities;
}

/** The values as the service sends them; undefined where there is none. */
export function readPair(username: Secret | undefined, password: Secret | undefined): Pair {
  return { username: username && usernameOf(username), password: password && passwordOf(password) };
}

/** The finding of a secret that is there. */
export function judgeCredential(named: Named, pair: Pair): Finding {
  const { name, secret } = named;
  const isPassword = name === 'peloton-password';
  const slip = findSlip(name, (isPassword ? pair.password : pair.username) ?? '');
  if (slip) return fix(name, slip, storeCredentials);
  if (isPassword && pair.password === pair.username) {
    return fix(name, 'it is the same as the user name', storeCredentials);
  }
  const stored = `stored on ${secret.createdAt.toISOString().slice(0, 10)}`;
  const oddities = describeOddities(named, pair);
  return oddities.length > 0 ? note(name, `${stored}, with ${oddities.join(', and with ')}`) : ok(name, stored);
}
