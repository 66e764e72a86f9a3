// Reads the schedules of timer functions: NCRONTAB with 5 or 6 fields (seconds first), in UTC, as on plans that know no
// time zone. croner finds the occurrences. A check before it allows `*`, numbers, ranges, lists and steps alone: croner
// also takes names, `L`, `?`, `@daily` and 7 for Sunday, and Azure does not know all of these.

import { Cron } from 'croner';

type Field = { name: string; min: number; max: number };
const fields: readonly Field[] = [
  { name: 'second', min: 0, max: 59 },
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12 },
  { name: 'day of week', min: 0, max: 6 },
];

/**
 * The options that make croner read NCRONTAB. `domAndDow`: unlike in cron, a day must fit both its day fields.
 * `sloppyRanges`: a step after a single number runs to the end of the field, so that 5/15 is 5, 20, 35, 50.
 */
const dialect = { utcOffset: 0, domAndDow: true, sloppyRanges: true };

export type Schedule = {
  /** The first occurrence later than `after`. */
  next(after: Date): Date;
};

/** Throws when the expression has another number of fields, a value out of range, or a name, or when it never occurs. */
export function parseNcrontab(expression: string): Schedule {
  const parts = expression.trim().split(/\s+/);
  if (parts.length === 5) parts.unshift('0');
  if (parts.length !== 6) throw new Error(`Schedule "${expression}": must have 5 or 6 fields.`);
  for (const [index, field] of fields.entries()) checkField(field, parts[index] ?? '', expression);
  const cron = new Cron(parts.join(' '), dialect);
  const next = (after: Date) => {
    const at = cron.nextRun(after);
    if (!at) throw new Error(`Schedule "${expression}": never occurs.`);
    return at;
  };
  next(new Date(0));
  return { next };
}

/** Throws unless each item of a field is `*`, a number or a range, with or without a step no longer than the field. */
function checkField({ name, min, max }: Field, text: string, expression: string): void {
  for (const item of text.split(',')) {
    const [isKnown, from = min, to = from, step = 1] = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(item) ?? [];
    const isRange = min <= Number(from) && Number(from) <= Number(to) && Number(to) <= max;
    const isStep = 1 <= Number(step) && Number(step) <= max - min + 1;
    if (!isKnown || !isRange || !isStep)
      throw new Error(`Schedule "${expression}": "${text}" is no ${name} from ${min} to ${max}.`);
  }
}
