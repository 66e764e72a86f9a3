import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayMs, minuteMs } from '../../src/stats/time.ts';
import { disciplines, findMember, members, type StartedMember } from './members.ts';
import { drawOverviews, type UnversionedOverview } from './overview.ts';
import { listWorkouts } from './workout-history.ts';

const start = new Date('2026-11-22T08:00:00Z');
const today = '2026-11-22';
const names = members.map(({ name }) => name);

/** The unversioned overview as of the end of a day, `YYYY-MM-DD`. */
function overviewOn(member: StartedMember, date: string): UnversionedOverview {
  const [overview] = drawOverviews(member, [new Date(Date.parse(date) + dayMs - 1)]);
  assert.ok(overview);
  return overview;
}

/** One date every `everyDays` days of the year after `start`. */
function datesOfTheYear(everyDays: number): string[] {
  const count = Math.floor(365 / everyDays);
  return Array.from({ length: count }, (_, index) =>
    new Date(start.getTime() + index * everyDays * dayMs).toISOString().slice(0, 10),
  );
}

const countsOf = ({ workout_counts: { workouts } }: UnversionedOverview) =>
  new Map(workouts.map(({ slug, count }) => [slug, count]));

for (const name of names) {
  test(`${name}: the same date gives the same overview, and a later one never takes anything back`, () => {
    const member = findMember(name, start);
    assert.deepEqual(overviewOn(member, today), overviewOn(member, today));
    let before = overviewOn(member, today);
    for (const date of datesOfTheYear(7)) {
      const overview = overviewOn(member, date);
      const counts = countsOf(overview);
      for (const [slug, count] of countsOf(before)) assert.ok((counts.get(slug) ?? -1) >= count, `${date} ${slug}`);
      const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
      assert.equal(overview.workout_counts.total_workouts, total);
      assert.ok(overview.streaks.best_weekly >= before.streaks.best_weekly);
      assert.ok(overview.achievement_counts.total_count >= before.achievement_counts.total_count);
      before = overview;
    }
  });

  test(`${name}: all disciplines are listed, most first, with an icon that shows which are zero`, () => {
    const { workouts } = overviewOn(findMember(name, start), today).workout_counts;
    assert.deepEqual(workouts.map(({ slug }) => slug).sort(), disciplines.map(({ slug }) => slug).sort());
    for (const [index, { slug, count, icon_url }] of workouts.entries()) {
      assert.ok(count <= (workouts[index - 1]?.count ?? count));
      const folder = 'https://s3.amazonaws.com/static-cdn.pelotoncycle.com/workout-count-icons';
      assert.equal(icon_url, `${folder}/${count > 0 ? 'nonzero' : 'zero'}-${slug}2.png`);
    }
  });

  test(`${name}: streaks, records and badges agree with the days of the workouts`, () => {
    const member = findMember(name, start);
    for (const date of datesOfTheYear(31)) {
      const overview = overviewOn(member, date);
      const workouts = listWorkouts(member, new Date(Date.parse(date) + dayMs - 1));
      const days = new Set(workouts.map(({ startsAt }) => startsAt.toISOString().slice(0, 10)));
      assert.equal(overview.streaks.current_daily, countBack(days, date));
      assert.equal(overview.streaks.start_date_of_current_daily === null, overview.streaks.current_daily === 0);
      for (const { records } of overview.personal_records) {
        for (const { workout_date } of records) assert.ok(days.has(workout_date.slice(0, 10)), workout_date);
      }
    }
  });
}

/** The length of the streak of days up to the date, or up to the day before where the date has no workout yet. */
function countBack(days: ReadonlySet<string>, date: string): number {
  const back = (offset: number) => new Date(Date.parse(date) - offset * dayMs).toISOString().slice(0, 10);
  const first = days.has(date) ? 0 : 1;
  let length = 0;
  while (days.has(back(first + length))) length += 1;
  return length;
}

test('the regular member has years behind, records, badges, long streaks, and disciplines that were never done', () => {
  const overview = overviewOn(findMember('regular', start), today);
  const counts = [...countsOf(overview).values()];
  assert.ok(overview.workout_counts.total_workouts > 1000);
  assert.ok(counts.filter(count => count === 0).length >= 2);
  assert.ok(overview.streaks.best_weekly >= 20);
  assert.ok(overview.achievement_counts.achievements.length > 80);
  const [cycling] = overview.personal_records;
  assert.deepEqual([cycling?.slug, cycling?.records.length], ['cycling', 9]);
});

test('the one who does it all has every discipline, over 200 badges, and records whose values are of mixed types', () => {
  const overview = overviewOn(findMember('all', start), today);
  assert.equal([...countsOf(overview).values()].filter(count => count === 0).length, 0);
  assert.ok(overview.achievement_counts.achievements.length > 200);
  const records = overview.personal_records.flatMap(({ records }) => records);
  assert.deepEqual([...new Set(records.map(({ value }) => typeof value))].sort(), ['number', 'string']);
  const slugs = new Set(disciplines.map(({ slug }) => slug));
  assert.ok(overview.personal_records.some(({ slug }) => !slugs.has(slug)));
});

test('a newcomer has a handful of workouts whenever the sandbox starts, the empty account none', () => {
  for (const startsAt of [start, new Date('2027-03-01T12:00:00Z'), new Date('2030-07-15T00:00:00Z')]) {
    const date = startsAt.toISOString().slice(0, 10);
    const { total_workouts } = overviewOn(findMember('newcomer', startsAt), date).workout_counts;
    assert.ok(total_workouts >= 3 && total_workouts <= 20, `${total_workouts} on ${date}`);
  }
  const overview = overviewOn(findMember('empty', start), '2027-11-22');
  assert.equal(overview.workout_counts.total_workouts, 0);
  assert.deepEqual(overview.personal_records, []);
  assert.deepEqual(overview.achievement_counts, { total_count: 0, achievements: [] });
  assert.deepEqual(Object.values(overview.streaks), [0, 0, null, 0, null]);
});

test('a current streak can be longer than the best one that Peloton tells', () => {
  const member = { ...findMember('all', start), lostWeeks: 0, holidays: [] };
  const { current_weekly, best_weekly } = overviewOn(member, today).streaks;
  assert.equal(best_weekly, current_weekly - member.bestStreakLagWeeks);
});

test('workouts appear when they end, so that a morning shows the day before', () => {
  const member = findMember('all', start);
  const whole = listWorkouts(member, new Date(`${today}T23:59:59Z`));
  const last = whole.at(-1);
  assert.ok(last);
  const endsAt = last.startsAt.getTime() + last.minutes * minuteMs;
  assert.equal(listWorkouts(member, new Date(endsAt)).length, whole.length);
  assert.equal(listWorkouts(member, new Date(endsAt - 1)).length, whole.length - 1);
});
