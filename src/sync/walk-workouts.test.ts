import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Workout, WorkoutPage } from '../peloton/workouts.ts';
import { dayMs, hourMs, localDate } from '../stats/time.ts';
import { type ActivityRows, noRows } from './activity-rows.ts';
import { addPage, beginNewest, nextPage } from './walk-workouts.ts';

const now = new Date('2026-11-22T09:00:00.000Z');
const pageSize = 5;

let made = 0;

function workoutAt(startedAt: number, given: Partial<Workout> = {}): Workout {
  made += 1;
  const measured = { seconds: 1800, joules: 0, effortPoints: undefined, isPersonalRecord: undefined };
  const ride = { discipline: 'cycling', isComplete: true, isImported: false, title: undefined, instructor: undefined };
  return { id: `${made}`, startedAt, recordedAt: startedAt, ...measured, ...ride, ...given };
}

const daysAgo = (days: number, given: Partial<Workout> = {}) => workoutAt(now.getTime() - days * dayMs, given);

/** The page as Peloton would send it, the workout that was recorded last first. */
function pageOf(list: readonly Workout[], page: number): WorkoutPage {
  const workouts = list.toSorted((a, b) => b.recordedAt - a.recordedAt).slice(page * pageSize, (page + 1) * pageSize);
  return { workouts, size: workouts.length, total: list.length, isLast: (page + 1) * pageSize >= list.length };
}

type Walk = { kept: ActivityRows; list: Workout[]; at?: Date; betweenPages?: () => void };

/** Reads until there is no page to read. Returns the pages. */
function walk({ kept, list, at = now, betweenPages }: Walk): number[] {
  const pages: number[] = [];
  for (let page = nextPage(kept); page !== undefined; page = nextPage(kept)) {
    assert.ok(pages.push(page) < 500, 'no end');
    addPage(kept, pageOf(list, page), at);
    betweenPages?.();
  }
  return pages;
}

function start(timeZone = 'UTC'): ActivityRows {
  const kept = noRows({ userId: 'me', timeZone });
  beginNewest(kept);
  return kept;
}

const idsOf = (list: Iterable<Workout>) => [...list].map(({ id }) => id).sort();

describe('the day of a workout', () => {
  const rows: [zone: string, startedAt: string, date: string][] = [
    ['Europe/Berlin', '2026-11-20T22:59:59Z', '2026-11-20'],
    ['Europe/Berlin', '2026-11-20T23:00:00Z', '2026-11-21'], // midnight
    ['Europe/Berlin', '2026-10-25T00:30:00Z', '2026-10-25'], // 02:30 for the first time
    ['Europe/Berlin', '2026-10-25T01:30:00Z', '2026-10-25'], // and once more
    ['Europe/Berlin', '2026-10-25T22:59:59Z', '2026-10-25'], // of 25 hours
    ['Europe/Berlin', '2026-10-25T23:00:00Z', '2026-10-26'],
    ['Europe/Berlin', '2026-03-29T21:59:59Z', '2026-03-29'], // of 23 hours
    ['Europe/Berlin', '2026-03-29T22:00:00Z', '2026-03-30'],
    ['America/Santiago', '2026-09-06T03:59:59Z', '2026-09-05'], // a day without a midnight comes next
    ['America/Santiago', '2026-09-06T04:00:00Z', '2026-09-06'],
    ['Pacific/Apia', '2011-12-30T09:59:59Z', '2011-12-29'], // a day that the zone has skipped comes next
    ['Pacific/Apia', '2011-12-30T10:00:00Z', '2011-12-31'],
    ['Pacific/Kiritimati', '2026-11-21T10:00:00Z', '2026-11-22'],
    ['America/St_Johns', '2026-11-21T03:29:59Z', '2026-11-20'],
    ['America/St_Johns', '2026-11-21T03:30:00Z', '2026-11-21'],
  ];
  for (const [zone, startedAt, date] of rows) {
    it(`is ${date} for ${startedAt} in ${zone}`, () => {
      const kept = start(zone);
      const list = [workoutAt(Date.parse(startedAt))];
      walk({ kept, list });
      assert.deepEqual(
        [...kept.rows.values()].map(row => row.date),
        [date],
      );
    });
  }
});

describe('a walk', () => {
  it('counts no workout that begins more than two days ahead, and takes nothing away for that', () => {
    const kept = start();
    const list = [daysAgo(-1), daysAgo(-3), daysAgo(-4_000), daysAgo(1)];
    walk({ kept, list });
    assert.deepEqual([...kept.rows.keys()].sort(), idsOf([list[0], list[3]].flatMap(each => each ?? [])));
    beginNewest(kept);
    walk({ kept, list, at: new Date('2016-01-01T00:00:00Z') });
    assert.equal(kept.rows.size, 2);
  });

  it('counts a workout once that is on one page twice, or on two', () => {
    const kept = start();
    const twin = daysAgo(3);
    const list = [twin, twin, ...Array.from({ length: 9 }, (_, day) => daysAgo(day + 4)), { ...twin, recordedAt: 0 }];
    walk({ kept, list });
    assert.deepEqual([...kept.rows.keys()].sort(), [...new Set(idsOf(list))]);
  });

  it('does not take one old recording among new ones for the end of the fourteen days', () => {
    const kept = start();
    const list = Array.from({ length: 40 }, (_, index) => daysAgo(1 + index / 2));
    walk({ kept, list });
    const [odd] = list.slice(1, 2);
    assert.ok(odd);
    const sent = (page: number) => ({
      ...pageOf(list, page),
      workouts: pageOf(list, page).workouts.map(each => (each === odd ? { ...each, recordedAt: 1e12 } : each)),
    });
    beginNewest(kept);
    for (let page = nextPage(kept); page !== undefined; page = nextPage(kept)) addPage(kept, sent(page), now);
    assert.equal(kept.rows.size, 40);
  });

  const boundaries: [what: string, days: number, isKept: boolean][] = [
    ['the first of the fourteen days', 14, false],
    ['the day before', 15, true],
  ];
  for (const [what, days, isKept] of boundaries) {
    it(`${isKept ? 'keeps' : 'drops'} what was deleted on ${what}`, () => {
      const kept = start();
      const list = Array.from({ length: 30 }, (_, index) => daysAgo(1 + index));
      walk({ kept, list });
      const [deleted] = list.splice(days - 1, 1);
      beginNewest(kept);
      walk({ kept, list });
      assert.equal(kept.rows.has(deleted?.id ?? ''), isKept);
    });
  }

  it('of each day reads as many pages as the last days take, and then goes on with the past where it stopped', () => {
    const kept = start();
    const list = Array.from({ length: 60 }, (_, index) => daysAgo(1 + index * 1.7));
    for (let page = 0; page < 6; page++) addPage(kept, pageOf(list, page), now);
    beginNewest(kept);
    assert.deepEqual(walk({ kept, list }), [0, 1, 2, 6, 7, 8, 9, 10, 11]);
    beginNewest(kept);
    assert.deepEqual(walk({ kept, list }), [0, 1, 2]);
    assert.deepEqual([...kept.rows.keys()].sort(), idsOf(list));
  });

  it('of a clock that is years ahead, or behind, loses nothing', () => {
    for (const at of ['2036-11-22T09:00:00.000Z', '2016-11-22T09:00:00.000Z']) {
      const kept = start();
      const list = Array.from({ length: 60 }, (_, index) => daysAgo(1 + index));
      walk({ kept, list });
      list.push(daysAgo(0.1));
      beginNewest(kept);
      walk({ kept, list, at: new Date(at) });
      beginNewest(kept);
      walk({ kept, list });
      assert.deepEqual([...kept.rows.keys()].sort(), idsOf(list), at);
    }
  });
});

it('any list is read to the workout, whatever is recorded, imported and deleted meanwhile, and wherever walks end', () => {
  type Step = 'record' | 'import' | 'delete' | 'none' | 'begin';
  const step = fc.constantFrom<Step>('record', 'import', 'delete', 'none', 'none', 'none', 'begin');
  const run = (count: number, steps: readonly Step[]) => {
    const kept = start();
    const list = Array.from({ length: count }, (_, index) => daysAgo(1 + index * 1.7));
    let at = now.getTime();
    const next = [...steps];
    const betweenPages = () => {
      at += hourMs / 60;
      const what = next.shift();
      if (what === 'record') list.push(workoutAt(at));
      if (what === 'import') list.push(workoutAt(at - 400 * dayMs, { recordedAt: at, isImported: true }));
      if (what === 'delete') list.splice(0, 1); // one of the last days, while there are some
      if (what === 'begin') beginNewest(kept);
    };
    walk({ kept, list, betweenPages });
    beginNewest(kept); // the next day's
    walk({ kept, list, at: new Date(at) });
    const since = localDate(new Date(at - 14 * dayMs), 'UTC');
    const missing = list.filter(({ id }) => !kept.rows.has(id));
    const ids = new Set(idsOf(list));
    const left = [...kept.rows].filter(([id, { date }]) => date >= since && !ids.has(id));
    assert.deepEqual([missing, left], [[], []]);
  };
  fc.assert(fc.property(fc.integer({ min: 0, max: 60 }), fc.array(step, { maxLength: 40 }), run), { numRuns: 500 });
});
