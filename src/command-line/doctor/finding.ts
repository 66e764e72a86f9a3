// One line of the doctor: what was looked at, and that it works, or the exact next step.

import { asStatsError, type ErrorCode, errorTable } from '../../errors.ts';
import { dayMs, hourMs, minuteMs } from '../../stats/time.ts';

export type Finding = {
  /** `note` is for what needs nobody and yet is worth knowing. */
  mark: 'ok' | 'note' | 'FIX';
  subject: string;
  text: string;
};

/** An examination: yields its findings one by one, and returns the facts that a later examination needs. */
export type Examination<T = void> = AsyncGenerator<Finding, T>;

export function ok(subject: string, text: string): Finding {
  return { mark: 'ok', subject, text };
}

export function note(subject: string, text: string): Finding {
  return { mark: 'note', subject, text };
}

export function fix(subject: string, text: string, nextStep: string): Finding {
  return { mark: 'FIX', subject, text: `${text} → ${nextStep}` };
}

/** A failure with its code and its own hint. */
export function fixError(subject: string, thrown: unknown): Finding {
  const { code, message, hint } = asStatsError(thrown);
  return fix(subject, `${code}: ${message}`, hint);
}

/** A failure of the service itself, with its code and hint: a note where nobody has to act. */
export function judgeProblem(
  subject: string,
  text: string,
  { code, hint }: { code: ErrorCode | 'overdue' | 'empty'; hint: string },
): Finding {
  const needsSomebody = code === 'overdue' || (code !== 'empty' && errorTable[code].actor !== 'nobody');
  return needsSomebody ? fix(subject, text, hint) : note(subject, `${text}. ${hint}`);
}

export function isFault({ mark }: Finding): boolean {
  return mark === 'FIX';
}

export function lineOf({ mark, subject, text }: Finding): string {
  return `${mark.padEnd(5)} ${subject.padEnd(16)} ${text}`;
}

/** `1 day`, `2 days`. */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

const units = [
  ['day', dayMs],
  ['hour', hourMs],
  ['minute', minuteMs],
] as const;

/** Whole units of the largest of which there are two: `47 hours`. */
export function describeDuration(milliseconds: number): string {
  const [noun, unitMs] = units.find(([, ms]) => milliseconds >= 2 * ms) ?? ['second', 1000];
  return countOf(Math.max(0, Math.floor(milliseconds / unitMs)), noun);
}
