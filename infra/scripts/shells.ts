// The two shells that set-credentials is written for, and where this machine has PowerShell.

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export type Shell = {
  script: 'set-credentials.sh' | 'set-credentials.ps1';
  /** How the script's own sentences call it. */
  hint: string;
  command: string[];
  options: { stdin: string; vault: string; fromAzd: string };
};

/** PowerShell 7, where PWSH_PATH or PATH has it. */
export const pwsh = [
  process.env.PWSH_PATH ?? '',
  ...(process.env.PATH ?? '').split(delimiter).map(folder => join(folder, 'pwsh')),
].find(path => path !== '' && existsSync(path));

export const withoutPwsh =
  'PowerShell 7 is missing, so nothing was run in it (dotnet tool install --global PowerShell, or name one by PWSH_PATH)';

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

/** Those of them that can be run here. */
export const shells: readonly Shell[] = pwsh ? [bash, powerShell] : [bash];
