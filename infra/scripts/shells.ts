// The two shells that set-credentials is written for, and where this machine has PowerShell. A PowerShell takes half a second to
// start, so `npm test` runs the cases in bash and `npm run test:powershell` the same ones in PowerShell.

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export type Shell = {
  script: 'set-credentials.sh' | 'set-credentials.ps1';
  /** How the script's own sentences call it. */
  hint: string;
  command: string[];
  options: { stdin: string; vault: string; fromAzd: string };
};

/** Whether the cases are run in PowerShell, and not in bash. */
export const testsPowerShell = process.env.TEST_SHELL === 'pwsh';

const places = [
  process.env.PWSH_PATH ?? '',
  ...(process.env.PATH ?? '').split(delimiter).map(folder => join(folder, 'pwsh')),
];

/** PowerShell 7, where it is asked for and PWSH_PATH or PATH has it. */
export const pwsh = testsPowerShell ? places.find(path => path !== '' && existsSync(path)) : undefined;

export const withoutPwsh = testsPowerShell
  ? 'PowerShell 7 is missing, so nothing was run in it (dotnet tool install --global PowerShell, or name one by PWSH_PATH)'
  : 'npm run test:powershell runs this';

const bash: Shell = {
  script: 'set-credentials.sh',
  hint: 'bash infra/scripts/set-credentials.sh',
  command: ['bash', join(import.meta.dirname, 'set-credentials.sh')],
  options: { stdin: '--stdin', vault: '--vault', fromAzd: '--from-azd' },
};

/** A PowerShell without anybody's profile. */
export const powerShell: Shell = {
  script: 'set-credentials.ps1',
  hint: './infra/scripts/set-credentials.ps1',
  command: [pwsh ?? 'pwsh', '-NoLogo', '-NoProfile', '-File', join(import.meta.dirname, 'set-credentials.ps1')],
  options: { stdin: '-Stdin', vault: '-Vault', fromAzd: '-FromAzd' },
};

/** The shell of this run; none where that is a PowerShell which is missing. */
export const shells: readonly Shell[] = testsPowerShell ? (pwsh ? [powerShell] : []) : [bash];
