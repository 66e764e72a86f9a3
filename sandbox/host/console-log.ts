// Writes the log of the local host to the terminal: one line for each entry, warnings and errors on stderr. The service's
// own events are JSON objects and are shown as words. Redirected output has no colours.

import { styleText } from 'node:util';
import type { HostLogLevel, LogEntry } from './rpc.ts';

const marks: Partial<Record<HostLogLevel, { mark: string; color: 'cyan' | 'yellow' | 'red' }>> = {
  information: { mark: 'info', color: 'cyan' },
  warning: { mark: 'warn', color: 'yellow' },
  error: { mark: 'fail', color: 'red' },
  critical: { mark: 'fail', color: 'red' },
};

/** Writes one entry. Entries below `information` are left out. */
export function writeToConsole(entry: LogEntry): void {
  const style = marks[entry.level];
  if (!style) return;
  const stream = style.color === 'cyan' ? process.stdout : process.stderr;
  const time = new Date().toTimeString().slice(0, 8);
  const mark = styleText(style.color, style.mark, { stream });
  stream.write(
    `${styleText('dim', time, { stream })} ${mark} ${entry.functionName ?? 'host'}: ${wordsOf(entry.message)}\n`,
  );
}

/** `{"event":"vault.read","duration_ms":12}` → `vault.read duration_ms=12`; anything else as it is. */
export function wordsOf(message: string): string {
  const fields = parseEvent(message);
  if (!fields) return message;
  const words = Object.entries(fields).filter(([name]) => name !== 'event');
  return [fields.event, ...words.map(([name, value]) => `${name}=${wordOf(value)}`)].join(' ');
}

const wordOf = (value: unknown) => (typeof value === 'string' && /^\S+$/.test(value) ? value : JSON.stringify(value));

function parseEvent(message: string): Record<string, unknown> | undefined {
  if (!message.startsWith('{"event":"')) return undefined;
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}
