import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { spawnCommand } from '../../test/spawn-command.ts';

const manifest: { scripts: Record<string, string> } = JSON.parse(
  await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
);
/** Scripts of npm that are no commands of this frame: they build, check or test, and call programs of others. */
const others = /^(test|check|build|package|format)/;
const commands = Object.entries(manifest.scripts).filter(([name]) => !others.test(name));

describe('every command', { concurrency: 2 }, () => {
  for (const [name, script] of commands) {
    const program = `../../${/(\S+)\.ts$/.exec(script)?.[1]}`;
    const command = name === 'start' ? 'npm start' : `npm run ${name}`;

    it(`explains itself in one shape: ${command}`, async () => {
      const { code, output, errors } = await spawnCommand(program, { args: ['--help'] });
      assert.deepEqual([code, errors], [0, '']);
      assert.ok(output.startsWith(command), output);
      const shape =
        /^npm \S.*\n\n\S[\s\S]*\n\n(?: {2}.*\n)* {2}--help +this text\n\n[\s\S]*Ends with 0 .* 1 .* 2 .*\n$/;
      assert.match(output, shape);
    });

    it(`ends with 2 for a flag that nobody knows, and names those that there are: ${command}`, async () => {
      const { code, output, errors } = await spawnCommand(program, { args: ['--nope'] });
      assert.deepEqual([code, output], [2, '']);
      assert.match(errors, /'--nope'.*\nAllowed: .*--help\.\n$/s);
    });
  }
});
