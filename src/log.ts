// The log: one JSON object a line, which Application Insights keeps as a trace that a query can parse. Fields hold codes, counts,
// durations and names that this code gives; never a value that came from outside.

import type { StatsError } from './errors.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Record<string, string | number | boolean | null | readonly string[] | undefined>;
export type Log = (level: LogLevel, event: string, fields?: LogFields) => void;

/** The two events that end every sync, and the one that begins a notice. The alerts in infra/ query them by name. */
export const syncSucceeded = 'sync.succeeded';
export const syncFailed = 'sync.failed';
export const noticeBegun = 'notice';

/** Writes each event as one line of JSON: `{"event":"vault.read","duration_ms":12,…}`. */
export function createLog(write: (level: LogLevel, line: string) => void): Log {
  return (level, event, fields) => write(level, JSON.stringify({ event, ...fields }));
}

/**
 * Runs a step and logs its duration in whole milliseconds, and, where the step fails, the code of its error.
 * @param isOrdinary tells a failure that the caller mends by itself: its status is logged, and nobody is warned.
 */
export async function timed<T>(
  log: Log,
  event: string,
  step: () => Promise<T>,
  isOrdinary: (error: unknown) => boolean = () => false,
): Promise<T> {
  const startedAt = performance.now();
  const duration = () => ({ duration_ms: Math.round(performance.now() - startedAt) });
  try {
    const result = await step();
    log('info', event, duration());
    return result;
  } catch (error) {
    const { code, status } = error as Partial<StatsError>;
    if (isOrdinary(error)) log('info', event, { ...duration(), status });
    else log('warn', event, { ...duration(), failed: code ?? 'defect' });
    throw error;
  }
}
