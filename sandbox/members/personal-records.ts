// Works out personal records from the workouts: the highest output for each length of class, the fastest run over each
// distance. As in Peloton's data, they are unsorted, `value` is a number or a text, and dates have no zone and sometimes a
// fraction.

import { hexId } from './achievements.ts';
import { disciplines } from './members.ts';
import { createRandom, type SampleWorkout } from './workout-history.ts';

const lengthOrder = [45, 60, 75, 90, 5, 10, 15, 20, 30];
const distances: readonly [name: string, slug: string, km: number][] = [
  ['1 Mile', '1_mile', 1.609344],
  ['5K', '5k', 5],
  ['10K', '10k', 10],
];

/** Makes `personal_records`: one entry for each discipline with a record, and one for the running distances. */
export function listRecords(workouts: readonly SampleWorkout[]) {
  const withOutput = Map.groupBy(
    workouts.filter(({ outputJoules }) => outputJoules),
    ({ discipline }) => discipline.slug,
  );
  const categories = disciplines.map(({ slug, name }) => {
    const measured = withOutput.get(slug) ?? [];
    return { name, slug, workouts: measured, records: listOutputs(measured) };
  });
  const runs = workouts.filter(({ secondsPerKm }) => secondsPerKm);
  categories.push({ name: 'Running Splits', slug: 'running_metric_splits', workouts: runs, records: listSplits(runs) });
  return categories
    .filter(({ records }) => records.length > 0)
    .map(({ name, slug, workouts: [first], records }) => ({
      name,
      slug,
      first_workout_date: first && dateOf(first),
      reset_date: null,
      records,
    }));
}

type PersonalRecord = {
  name: string;
  slug: string;
  value: number | string;
  raw_value: number;
  unit: string;
  unit_slug: string;
  workout_id: string;
  workout_date: string;
};

function listOutputs(workouts: readonly SampleWorkout[]): PersonalRecord[] {
  return lengthOrder.flatMap(minutes => {
    const best = pickBest(
      workouts.filter(workout => workout.minutes === minutes),
      ({ outputJoules = 0 }) => outputJoules,
    );
    if (!best) return [];
    const { outputJoules = 0 } = best;
    const said = { value: Math.round(outputJoules / 1000), raw_value: outputJoules, unit: 'kj', unit_slug: 'kj' };
    return [{ name: `${minutes} min`, slug: String(minutes * 60), ...said, ...nameWorkout(best) }];
  });
}

function listSplits(runs: readonly SampleWorkout[]): PersonalRecord[] {
  return distances.flatMap(([name, slug, km]) => {
    const long = runs.filter(({ minutes, secondsPerKm = 0 }) => minutes * 60 >= km * secondsPerKm);
    const best = pickBest(long, ({ secondsPerKm = 0 }) => -secondsPerKm);
    if (!best) return [];
    const seconds = km * (best.secondsPerKm ?? 0);
    const value = `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
    return [{ name, slug, value, raw_value: seconds, unit: 'min', unit_slug: 'min', ...nameWorkout(best) }];
  });
}

/** The workout with the highest score; of equal ones the first, since a record that is only equalled keeps its date. */
function pickBest(
  workouts: readonly SampleWorkout[],
  score: (workout: SampleWorkout) => number,
): SampleWorkout | undefined {
  return workouts.reduce<SampleWorkout | undefined>(
    (best, workout) => (best && score(best) >= score(workout) ? best : workout),
    undefined,
  );
}

function nameWorkout(workout: SampleWorkout) {
  return { workout_id: hexId(`workout at ${workout.startsAt.getTime()}`), workout_date: dateOf(workout) };
}

function dateOf({ startsAt }: SampleWorkout): string {
  const seconds = startsAt.toISOString().slice(0, 19);
  const random = createRandom(seconds);
  const fractions = ['', '.478000', `.${String(Math.floor(random() * 1e6)).padStart(6, '0')}`];
  return seconds + fractions[Math.floor(random() * 3)];
}
