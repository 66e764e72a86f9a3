// Schedules of timer functions: NCRONTAB with 5 or 6 fields (seconds first), always in UTC, as on the plans that know no
// time zone. Limited to `*`, numbers, ranges, lists and steps; unlike cron, a day must fit both its day fields.

type Field = { name: string; min: number; max: number };
const fields: readonly Field[] = [
  { name: 'second', min: 0, max: 59 },
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12 },
  { name: 'day of week', min: 0, max: 6 },
];

export type Schedule = {
  /** The first occurrence later than `after`. */
  next(after: Date): Date;
};

/** Throws when the expression has another number of fields, a value out of range, a name, or never occurs. */
export function parseNcrontab(expression: string): Schedule {
  const parts = expression.trim().split(/\s+/);
  if (parts.length === 5) parts.unshift('0');
  if (parts.length !== 6) throw new Error(`Schedule "${expression}": must have 5 or 6 fields.`);
  const allowed = fields.map((field, index) => parseField(field, parts[index] ?? '', expression));
  const schedule = { next: (after: Date) => findNext(allowed, after, expression) };
  schedule.next(new Date(0));
  return schedule;
}

function parseField({ name, min, max }: Field, text: string, expression: string): Set<number> {
  const values = new Set<number>();
  for (const item of text.split(',')) {
    const [, from, to, step] = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(item) ?? fail();
    const first = from === undefined ? min : Number(from);
    // Without an end a step runs to the end of the field: 5/15 is 5, 20, 35, 50.
    const last = to !== undefined ? Number(to) : from === undefined || step !== undefined ? max : first;
    const every = Number(step ?? 1);
    if (first < min || last > max || first > last || every < 1) fail();
    for (let value = first; value <= last; value += every) values.add(value);
  }
  return values;

  function fail(): never {
    throw new Error(`Schedule "${expression}": "${text}" is no ${name} from ${min} to ${max}.`);
  }
}

/** Leap days come at most eight years apart, and with a day of the week 40; a schedule without one of them never occurs. */
const horizonMs = 41 * 366 * 86_400_000;

function findNext(allowed: readonly Set<number>[], after: Date, expression: string): Date {
  const [seconds, minutes, hours, days, months, weekdays] = allowed;
  const at = new Date(Math.floor(after.getTime() / 1000) * 1000 + 1000);
  const end = after.getTime() + horizonMs;
  while (at.getTime() < end) {
    if (!months?.has(at.getUTCMonth() + 1)) at.setTime(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1));
    else if (!days?.has(at.getUTCDate()) || !weekdays?.has(at.getUTCDay())) skipTo(at, 86_400_000);
    else if (!hours?.has(at.getUTCHours())) skipTo(at, 3_600_000);
    else if (!minutes?.has(at.getUTCMinutes())) skipTo(at, 60_000);
    else if (!seconds?.has(at.getUTCSeconds())) skipTo(at, 1000);
    else return at;
  }
  throw new Error(`Schedule "${expression}": never occurs.`);
}

/** The start of the next day, hour, minute or second: in UTC all of them are multiples of their length. */
function skipTo(at: Date, unitMs: number): void {
  at.setTime((Math.floor(at.getTime() / unitMs) + 1) * unitMs);
}
