// `npm run doctor`: looks at every part of the service from this machine, a line each, and says the next step of what is
// wrong. It posts no credentials and writes nothing, except for `--sign-in`, which is a real sign-in.

import { examine } from './doctor/examine.ts';
import { isFault, lineOf } from './doctor/finding.ts';
import { type CommandContext, runCommand } from './run-command.ts';

const about = `Looks at settings, vault, Peloton, store and public URL without spending anything, with the settings of the environment
over those of local.settings.json. One line each: works, or what is wrong and the next step. Prints no secret.`;
const signIn = 'one real sign-in besides, under the lease, counted as one of the three of a day; its session is kept';

async function doctor(context: CommandContext): Promise<number> {
  let faults = 0;
  for await (const finding of examine(context)) {
    console.log(lineOf(finding));
    if (isFault(finding)) faults++;
  }
  if (faults > 0) console.log(`\n${faults} to fix.`);
  return faults > 0 ? 1 : 0;
}

await runCommand({ command: 'npm run doctor', about, flags: { 'sign-in': signIn }, run: doctor });
