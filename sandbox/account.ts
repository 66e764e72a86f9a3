// Reads the account of `npm start -- --account` from the environment or asks for it on the terminal. The password leaves
// the environment at once, and the terminal neither shows it nor keeps it in a history.

import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { Account } from './peloton/world.ts';
import { CommandError } from './start-options.ts';

type Terminal = { input: NodeJS.ReadableStream & { isTTY?: boolean }; output: NodeJS.WritableStream };

/** Removes PELOTON_USERNAME and PELOTON_PASSWORD and returns what they were. */
export function takeAccount(environment: NodeJS.ProcessEnv): Partial<Account> {
  const { PELOTON_USERNAME: username, PELOTON_PASSWORD: password } = environment;
  delete environment.PELOTON_USERNAME;
  delete environment.PELOTON_PASSWORD;
  return { ...(username && { username }), ...(password && { password }) };
}

/** Asks for the user name, the password or both, where they are not given. Rejects where nobody can answer, or nobody does. */
export async function completeAccount(given: Partial<Account>, terminal: Terminal): Promise<Account> {
  const username = given.username ?? (await ask('Peloton e-mail: ', terminal));
  const password = given.password ?? (await ask('Peloton password (not shown): ', terminal, { isHidden: true }));
  return { username, password };
}

async function ask(question: string, { input, output }: Terminal, { isHidden = false } = {}): Promise<string> {
  if (!input.isTTY)
    throw new CommandError('--account: run it in a terminal, or set PELOTON_USERNAME and PELOTON_PASSWORD.');
  const echo = new Writable({
    write(chunk, _encoding, done) {
      if (!isHidden) output.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input, output: echo, terminal: true, historySize: 0 });
  const { promise: gone, reject } = Promise.withResolvers<never>();
  lines.once('close', () => reject(new CommandError('--account: nothing was entered.')));
  lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT')); // readline's raw mode keeps Ctrl-C from becoming a signal
  try {
    if (isHidden) output.write(question);
    const answer = await Promise.race([lines.question(isHidden ? '' : question), gone]);
    if (answer === '') throw new CommandError('--account: nothing was entered.');
    return answer;
  } finally {
    lines.close();
    if (isHidden) output.write('\n');
  }
}
