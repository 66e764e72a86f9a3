// The commands of README.md and docs/operations.md do the same in PowerShell as in a Unix shell: each block of one form runs in both,
// each of two forms in its own shell, and both make the same calls. Commands that act are stand-ins that write down what they got.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { pwsh, withoutPwsh } from './scripts/shells.ts';

/** Says its name, its arguments and, where it reads one, its standard input; a marker says what a block left in the environment. */
const standIn = `#!/bin/sh
name=\${0##*/}
input=
case "$name $*" in *'--config -'* | 'gh secret set'*) input=$(cat) ;; esac
{
  printf '%s' "$name"
  for argument; do printf '\\t%s' "$argument"; done
  [ -z "$input" ] || printf '\\t<%s' "$input"
  [ "$1" != end-of-block ] || printf '\\t%s' "$HTTPS_PROXY" "$NO_PROXY" "$NODE_USE_ENV_PROXY"
  echo
} >> "$CALLS"
case "$name $*" in
  *'get-value STORAGE_ACCOUNT_URL'*) echo https://stdata.blob.core.windows.net ;;
  *'get-value '*) echo "value-of-$3" ;;
  *'role assignment list'*) printf '%s\\n' /one /two ;;
  *'keys list'*) echo the-key== ;;
  *-o' tsv'* | gh*) echo "answer-of-$2" ;;
esac
`;
const commands = ['az', 'azd', 'gh', 'npm', 'git', 'curl', 'rm'];

type Block = { shell: 'sh' | 'powershell'; code: string };

/** The blocks of a page in their order, without those that hand over to scripts with tests of their own. */
async function readBlocks(path: string): Promise<Block[]> {
  const page = await readFile(new URL(`../${path}`, import.meta.url), 'utf8');
  const blocks = [...page.matchAll(/^```(sh|powershell)\n([\s\S]*?)^```$/gm)];
  return blocks
    .map(([, shell, code = '']) => ({ shell: shell as Block['shell'], code }))
    .filter(({ code }) => !code.includes('set-credentials'));
}

/** What each shell runs, block by block. */
function pairUp(blocks: readonly Block[]): { bash: string; powerShell: string }[] {
  return blocks.flatMap(({ shell, code }, index) => {
    const next = blocks[index + 1];
    return shell === 'sh' ? [{ bash: code, powerShell: next?.shell === 'powershell' ? next.code : code }] : [];
  });
}

/** The calls of each block. */
async function run(command: readonly string[], blocks: readonly string[]): Promise<string[][]> {
  const folder = await mkdtemp(join(tmpdir(), 'stand-ins-'));
  try {
    await writeFile(join(folder, 'stand-in'), standIn, { mode: 0o755 });
    for (const name of commands) await symlink('stand-in', join(folder, name));
    const calls = join(folder, 'calls');
    const script = blocks.map(block => `${block}\nazd end-of-block\n`).join('\n');
    const [name = '', ...args] = command;
    const env = { PATH: `${folder}:/usr/bin:/bin`, HOME: folder, CALLS: calls, DOTNET_CLI_HOME: folder };
    const child = spawn(name, [...args, script], { cwd: folder, env: { ...dotnet(), ...env } });
    child.stdin.end();
    const [errors] = await Promise.all([text(child.stderr), text(child.stdout), once(child, 'close')]);
    assert.equal(errors, '');
    const lines = await readFile(calls, 'utf8');
    return lines.split(/(?<=azd\tend-of-block[^\n]*)\n/).map(block => block.split('\n').filter(Boolean));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function dotnet(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('DOTNET_')));
}

describe('the commands of the documents', { skip: !pwsh && withoutPwsh }, () => {
  for (const [path, least] of [
    ['README.md', 3],
    ['docs/operations.md', 20],
  ] as const) {
    it(`of ${path} make the same calls in PowerShell as in a Unix shell`, async () => {
      const blocks = pairUp(await readBlocks(path));
      assert.ok(blocks.length >= least, `${blocks.length} blocks`);
      const [inBash, inPowerShell] = await Promise.all([
        run(
          ['bash', '-c'],
          blocks.map(({ bash }) => bash),
        ),
        run(
          [pwsh ?? '', '-NoLogo', '-NoProfile', '-Command'],
          blocks.map(({ powerShell }) => powerShell),
        ),
      ]);
      assert.equal(inBash.length, blocks.length + 1);
      for (const [index, { powerShell }] of blocks.entries()) {
        assert.deepEqual(inPowerShell[index], inBash[index], powerShell);
        assert.ok((inBash[index]?.length ?? 0) > 1 || /PROXY|account/.test(powerShell), `no call: ${powerShell}`);
      }
    });
  }

  it('of two forms stand one after the other', async () => {
    const blocks = await readBlocks('docs/operations.md');
    for (const [index, { shell, code }] of blocks.entries())
      if (shell === 'powershell') assert.equal(blocks[index - 1]?.shell, 'sh', code);
  });
});
