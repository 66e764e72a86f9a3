// What set-credentials takes from standard input, and what of it: the same cases in both shells, and what PowerShell alone has.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { passwordOf, usernameOf } from '../../src/peloton/credentials.ts';
import { startCredentialsBench } from './credentials-bench.ts';
import { powerShell, pwsh, shells } from './shells.ts';

const userName = 'rider@example.com';
const password = `p" a$s'w\\o%rd-canäry😀 &\t$(id) \`id\`  `;
const lines = `${userName}\n${password}\n`;

/** Every character that credentials.ts takes from around a user name, but a NUL and the end of a line. */
const unseen = Array.from({ length: 0x110000 }, (_, code) => code)
  .filter(code => code !== 0 && code !== 0x0a && (code < 0xd800 || code > 0xdfff))
  .map(code => String.fromCodePoint(code))
  .filter(character => usernameOf({ value: `${character}x`, version: '1', createdAt: new Date(0) }) === 'x')
  .join('');

/** What stands on standard input, and what of it is stored. */
const accepted: [what: string, input: string, name: string, word: string][] = [
  ['without a newline at the end, whatever characters they have', lines, userName, password],
  ['without a last line end', `${userName}\nsecret`, userName, 'secret'],
  ['from Windows', 'me@example.com\r\nsecret\r\n', 'me@example.com', 'secret'],
  ['with a byte order mark in front', '\uFEFFme@example.com\r\nsecret\r\n', 'me@example.com', 'secret'],
  ['with blanks that count around the password alone', '\t\u00A0 me \u3000\r\n  p w \t\r\n', 'me', '  p w \t'],
  ['with byte order marks and blank lines around the password', 'me\n\uFEFFsecret\uFEFF\r\n\r\n \n', 'me', 'secret'],
  ['with all that nobody sees around the user name', `${unseen}me${unseen}\nsecret\n`, 'me', 'secret'],
];

const refused: [input: string | Buffer, sentence: RegExp][] = [
  ['', /No user name on standard input/],
  ['\r\n\uFEFF\r\n \r\n', /No user name on standard input/],
  ['\npassword\n', /The first line, where the user name belongs, is empty/],
  ['\r\nme@example.com\r\nsecret\r\n', /The first line, where the user name belongs, is empty/],
  ['\uFEFF\r\nme@example.com\r\nsecret\r\n', /The first line, where the user name belongs, is empty/],
  ['\t\u00A0\u200B\nme@example.com\nsecret\n', /The first line, where the user name belongs, is empty/],
  [`${userName}\n`, /The second line, where the password belongs, is empty/],
  [`${userName}\r\n \uFEFF\r\nsecret\r\n`, /The second line, where the password belongs, is empty/],
  [`${userName}\nsecret\nmore\n`, /more than a user name and a password/],
  [`${userName}\rsecret\r\nsecret\n`, /The user name has a control character inside/],
  [`${userName}\nsec\rret\n`, /The password has a control character inside/],
  [`${userName}\n\u001B[200~secret\u001B[201~\n`, /The password has a control character inside/],
  [Buffer.from(`\uFEFF${userName}\r\nsecret\r\n`, 'utf16le'), /no text in UTF-8/],
  [Buffer.from(`${userName}\r\nsecret\r\n`, 'utf16le'), /no text in UTF-8/],
  [Buffer.from(`${userName}\nsécret\n`, 'latin1'), /no text in UTF-8/],
  [`${userName}\ns\uFFFDcret\n`, /no text in UTF-8/],
];

for (const shell of shells) {
  const { script, options } = shell;
  describe(`${script} with ${options.stdin}`, () => {
    for (const [what, input, name, word] of accepted) {
      it(`stores both ${what}`, async () => {
        await using bench = await startCredentialsBench(shell);
        const { code, output } = await bench.run([options.stdin], input);
        assert.equal(code, 0, output);
        assert.deepEqual(bench.stored(), [name, word]);
        assert.equal(
          passwordOf({ value: word, version: '1', createdAt: new Date(0) }),
          word,
          'the service sends what was stored',
        );
        assert.match(output, /Done\. /);
      });
    }

    for (const [input, sentence] of refused) {
      it(`stores nothing of ${JSON.stringify(input.toString('latin1'))}`, async () => {
        await using bench = await startCredentialsBench(shell);
        const { code, output } = await bench.run([options.stdin], input);
        assert.equal(code, 1, output);
        assert.match(output, sentence);
        assert.match(output, /nothing was stored\.\n$/);
        assert.equal(bench.writes(), 0);
      });
    }
  });
}

const sent = ['me', 'secret'];
const nothing = [undefined, undefined];

/** What PowerShell alone can do: a pipeline of objects, in the session that goes on afterwards. */
const piped: [what: string, line: string, code: number, stored: (string | undefined)[]][] = [
  ['takes the lines of the pipeline', `'me ', 'secret' | SCRIPT -Stdin`, 0, sent],
  ['takes one text of the pipeline', '"me`r`nsecret`r`n" | SCRIPT -Stdin', 0, sent],
  ['takes what one PowerShell pipes to another', `'me', 'secret' | PWSH -File SCRIPT -Stdin`, 0, sent],
  ['takes the options of bash', `'me', 'secret' | SCRIPT --stdin --vault $env:AZURE_KEY_VAULT_NAME`, 0, sent],
  ['refuses what is no text', `'me', (Get-Date) | SCRIPT -Stdin`, 1, nothing],
  ['refuses a blank line in front', `'', 'me', 'secret' | SCRIPT -Stdin`, 1, nothing],
];

describe('set-credentials.ps1 in a session of PowerShell', { skip: !pwsh }, () => {
  for (const [what, line, code, stored] of piped) {
    it(what, async () => {
      await using bench = await startCredentialsBench(powerShell);
      const call = line.replace('SCRIPT', powerShell.hint);
      const run = await bench.runInPowerShell(`${call}; "The session goes on."; exit $LASTEXITCODE`);
      assert.equal(run.code, code, run.output);
      assert.deepEqual(bench.stored(), stored);
      assert.match(run.output, /The session goes on\./);
      assert.ok(!run.output.includes('\u001B'), run.output);
    });
  }
});
