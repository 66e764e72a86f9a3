import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ActivityRow, toActivityCsv, toDays } from './activity.ts';

const rowOf = (given: Partial<ActivityRow>): ActivityRow => ({
  ...{ date: '2026-11-21', discipline: 'cycling', seconds: 1800, joules: 0, isImported: false },
  ...given,
});

describe('the days of some workouts', () => {
  it('are in order, one for each date, whatever the order of the workouts', () => {
    const dates = ['2026-11-21', '2019-04-02', '2026-11-21', '2026-01-31'];
    const days = toDays(dates.map(date => rowOf({ date })));
    assert.deepEqual(
      days.map(({ date, workouts }) => [date, workouts]),
      [
        ['2019-04-02', 1],
        ['2026-01-31', 1],
        ['2026-11-21', 2],
      ],
    );
    assert.deepEqual(toDays([]), []);
  });

  it('count minutes and output of each discipline, and of all', () => {
    const [day] = toDays([
      rowOf({ seconds: 2700, joules: 487_000 }),
      rowOf({ discipline: 'stretching', seconds: 1200 }),
      rowOf({ discipline: '__proto__', seconds: 60 }),
    ]);
    assert.equal(
      JSON.stringify(day),
      '{"date":"2026-11-21","workouts":3,"minutes":66,"output_kj":487,"by":{"__proto__":{"workouts":1,"minutes":1},"cycling":{"workouts":1,"minutes":45,"output_kj":487},"stretching":{"workouts":1,"minutes":20}}}',
    );
  });

  it('round once a day: what is summed are seconds and joules', () => {
    const [day] = toDays(Array.from({ length: 10 }, () => rowOf({ seconds: 29, joules: 449 })));
    assert.deepEqual([day?.minutes, day?.output_kj], [5, 4]);
    assert.deepEqual(day?.by.cycling, { workouts: 10, minutes: 5, output_kj: 4 });
  });

  it('have no output where no sensor measured one, and a zero where one measured next to nothing', () => {
    const outputs = [0, 1].map(joules => toDays([rowOf({ joules })])[0]);
    assert.deepEqual(
      outputs.map(day => [day && 'output_kj' in day, day?.output_kj]),
      [
        [false, undefined],
        [true, 0],
      ],
    );
  });

  it('count a workout without a discipline for the day alone', () => {
    const [day] = toDays([rowOf({ discipline: '' }), rowOf({})]);
    assert.deepEqual([day?.workouts, Object.keys(day?.by ?? {})], [2, ['cycling']]);
  });
});

describe('the days as CSV', () => {
  it('have the workouts of each discipline behind the columns of the day, and no output where none is known', () => {
    const days = toDays([
      rowOf({ date: '2026-11-20', discipline: 'yoga', seconds: 1200 }),
      rowOf({ joules: 300_000 }),
      rowOf({ joules: 100_000 }),
    ]);
    assert.equal(
      toActivityCsv(days),
      'date,workouts,minutes,output_kj,cycling,yoga\r\n2026-11-20,1,20,,0,1\r\n2026-11-21,2,60,400,2,0\r\n',
    );
    assert.equal(toActivityCsv([]), 'date,workouts,minutes,output_kj\r\n');
  });
});
