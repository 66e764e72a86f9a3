// A command that leaves something open when it has said all, for the test of how commands end.

import { runCommand } from '../src/command-line/run-command.ts';

await runCommand({
  command: 'lingering-command',
  about: 'Lives on.',
  async run() {
    setInterval(() => {}, 1_000);
    console.log('a line of output\n'.repeat(20_000));
    console.error('the last word');
    return 1;
  },
});
