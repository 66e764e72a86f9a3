// Reads the address that a browser ends at after a sign-in, as a person pastes it, and says in one sentence what is wrong with
// anything else. The state proves that the address belongs to this sign-in.

import type { PelotonConfig } from '../config.ts';
import type { AttemptSecrets } from './authorize.ts';
import { saidIn } from './redirects.ts';

const quotes = /^['"`<>“”‘’]+|['"`<>“”‘’]+$/g;

/** The URL in a text, with the blanks and the signs of where it was copied; browsers show and copy some without `https://`. */
function parseAddress(pasted: string): URL | undefined {
  const text = pasted.replace(/\s+/g, '').replace(quotes, '').replaceAll('&amp;', '&');
  const isSchemeless = /^[\w.-]+(:\d+)?\//.test(text);
  const url = URL.parse(isSchemeless ? `https://${text}` : text);
  return url && /^https?:$/.test(url.protocol) ? url : undefined;
}

function describeError(address: URL): string {
  const error = saidIn(address, 'error') ?? '';
  const named = /^[a-z_]{1,40}$/.test(error) ? ` (${error})` : '';
  return `Peloton has ended this sign-in with an error${named}: open the address above again, and settle what the page asks for.`;
}

/** The code in the address, or what is wrong, for the person who pasted it. */
export function readCallbackAddress(
  pasted: string,
  { redirectUri, authUrl }: PelotonConfig,
  { state }: Pick<AttemptSecrets, 'state'>,
): { code: string } | { problem: string } {
  const home = new URL(redirectUri);
  const whole = `It begins with ${home.origin}${home.pathname} and holds a code and a state.`;
  const address = parseAddress(pasted);
  if (!address) return { problem: `That is no address: copy the whole address that the browser ends at. ${whole}` };
  const { searchParams, host, pathname } = address;
  const code = searchParams.get('code');
  if (host === new URL(authUrl).host && pathname !== home.pathname) {
    return {
      problem: `That is the address of the sign-in itself: finish it, and paste the one that it ends at. ${whole}`,
    };
  }
  if (host !== home.host) return { problem: `That is the address of another page. ${whole}` };
  if (saidIn(address, 'error') !== null) return { problem: describeError(address) };
  if (!code) return { problem: `That address has no code in it. ${whole} If the page has moved on, press Back.` };
  const given = searchParams.get('state');
  if (!given) return { problem: `That address has a code without its state: copy all of it. ${whole}` };
  if (given !== state) {
    return {
      problem: 'That address belongs to another sign-in: open the address above, and paste the one that it ends at.',
    };
  }
  return { code };
}
