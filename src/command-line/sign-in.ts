// `npm run sign-in`: the sign-in that a person makes in a browser, and that no program can be stopped at. Prints the address to open
// and takes the one that the browser ends at. Posts no credentials and prints no token.

import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { StatsError } from '../errors.ts';
import { authorizeUrl, createAttempt } from '../peloton/authorize.ts';
import { readCallbackAddress } from '../peloton/callback-address.ts';
import { type BrowserSignIn, keepBrowserSignIn, proveBrowserSignIn } from '../sync/sign-in-by-browser.ts';
import { type CommandContext, runCommand } from './run-command.ts';

const about = `A sign-in in your browser, for an account from which Peloton asks what no program can give: a captcha, a verification, a
second factor. Prints an address to open, and takes the address that the browser ends at. Uses the settings of the
environment over those of local.settings.json, posts no credentials, and counts as no sign-in.`;
const stdin = 'reads that address as one line from standard input, for scripts; asks nothing, and tries once';

const busy = 'Busy: another run is at work. Try again in a minute.';
/** How long another run is waited for, whose lease is needed: a code lives for a minute or so. */
const longestWaitMs = 45_000;

/** The lines of standard input. A terminal is read key by key: its own lines hold 4,096 bytes, and on macOS 1,024. */
async function* readLines(isScript: boolean): AsyncGenerator<string> {
  const terminal = { output: process.stdout, prompt: 'The address: ', historySize: 0 };
  const lines = createInterface({ input: process.stdin, ...(!isScript && terminal) });
  try {
    lines.prompt();
    for await (const line of lines) {
      if (line.trim() !== '') yield line;
      lines.prompt();
    }
    if (!isScript) console.log(); // Ctrl-C or Ctrl-D, after the prompt
  } finally {
    lines.close();
    process.stdin.pause();
  }
}

/** The code in the address that is pasted; undefined where none came. */
async function askForCode(
  isScript: boolean,
  read: (line: string) => ReturnType<typeof readCallbackAddress>,
): Promise<string | undefined> {
  for await (const line of readLines(isScript)) {
    const answer = read(line);
    if ('code' in answer) return answer.code;
    console.error(answer.problem);
    if (isScript) return undefined;
  }
  console.error('Nothing was pasted: there is no new session.');
  return undefined;
}

function explain(url: URL, redirectUri: string): string {
  const { origin, pathname, host } = new URL(redirectUri);
  return `Open this address in a browser, and sign in with whatever Peloton asks for:

${url.href}

The browser ends at ${origin}${pathname}?code=…&state=…
Copy that whole address from the address bar and paste it here, within a minute.
If the page moves on too fast to copy it: press Back, or forbid JavaScript for ${host} and open the address above again.
`;
}

function describe({ session, isSameAccount }: BrowserSignIn): string {
  const life = session.refresh_token ? 'The syncs renew it.' : 'It cannot be renewed: Peloton gave no refresh token.';
  const other =
    'Note: it is another account than that of the session before, so its stats join those of the other one.';
  return [
    `Signed in: the new session is in the vault. ${life}`,
    ...(isSameAccount === false ? [other] : []),
    'The next tick uses it; for a sync at once: npm run sync',
  ].join('\n');
}

/** Waits while another run holds the lease. */
async function keep({ start }: CommandContext, code: { code: string; codeVerifier: string }) {
  for (const from = performance.now(); ; await pause(1_000)) {
    const run = await start();
    const result = await keepBrowserSignIn(run, code).finally(run.end);
    if (result !== 'busy' || performance.now() - from > longestWaitMs) return result;
  }
}

async function signIn(context: CommandContext): Promise<number> {
  const isScript = context.has('stdin');
  if (!isScript && !process.stdin.isTTY) {
    console.error('Run it in a terminal, or with --stdin.');
    return 2;
  }
  const run = await context.start();
  const { peloton } = run.config;
  const proof = await proveBrowserSignIn(run).finally(run.end);
  if (peloton.signIn === 'session') {
    throw new StatsError('config', 'PELOTON_SIGN_IN=session uses no session of this kind.', {
      hint: 'Set PELOTON_SIGN_IN to auto, or remove the setting.',
    });
  }
  if (proof === 'busy') {
    console.error(busy);
    return 1;
  }
  const attempt = createAttempt();
  console.log(explain(authorizeUrl(peloton, attempt), peloton.redirectUri));
  const code = await askForCode(isScript, line => readCallbackAddress(line, peloton, attempt));
  return code === undefined ? 1 : await finish(context, { code, codeVerifier: attempt.codeVerifier });
}

async function finish(context: CommandContext, code: { code: string; codeVerifier: string }): Promise<number> {
  const result = await keep(context, code);
  if (result === 'busy') console.error(busy);
  else if (result === 'refused') {
    console.error('Peloton takes this code no longer: it has expired or was used. Run npm run sign-in again.');
  } else console.log(describe(result));
  return typeof result === 'string' ? 1 : 0;
}

await runCommand({ command: 'npm run sign-in', about, flags: { stdin }, run: signIn });
