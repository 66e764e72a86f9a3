// What azd and az print: a token, or what azd keeps of its environment.

import { execFile } from 'node:child_process';
import type { Settings } from '../../config.ts';

const timeoutMs = 60_000;

/** The standard output of a program; undefined where it is missing or ends with a failure. Its words about that may hold names. */
export function outputOf(program: string, args: readonly string[], env: Settings): Promise<string | undefined> {
  // az is a batch file on Windows
  const [file, given] = process.platform === 'win32' ? ['cmd', ['/d', '/c', program, ...args]] : [program, args];
  return new Promise(resolve => {
    const options = { env, timeout: timeoutMs, windowsHide: true };
    const child = execFile(file, given, options, (error, stdout) => resolve(error ? undefined : stdout));
    child.stdin?.end(); // neither program is to wait for an answer
  });
}
