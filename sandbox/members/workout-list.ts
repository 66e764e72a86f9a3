// Makes the rows of GET /api/user/{id}/workouts from a member's workouts, with all that is strange about real ones: rows without a
// class, imports that come late and with free text, a workout under way, a time zone that is not the member's. Every text that is
// nobody's business is easy to recognize, and tests look for these texts where they must not be.

import { createHash } from 'node:crypto';
import { dayMs, hourMs, minuteMs } from '../../src/stats/time.ts';
import type { StartedMember } from './members.ts';
import { createRandom, listWorkouts, type SampleWorkout } from './workout-history.ts';

export type WorkoutRow = Record<string, unknown> & { id: string; created_at: number };

/** A part of every free text that a row holds: titles of imports, places, time zones. */
const privateMark = 'Privateplace';
const rank = 471_147_114;

const instructors = ['Instructor One', 'Instructor Two', 'Instructor Three'];
const noClassId = '0'.repeat(32);
/** Imports exist since then. */
const firstImports = Date.parse('2025-10-01');
/** Since then some rows come without a class. */
const firstMissingClasses = Date.parse('2026-06-01');
const seconds = (at: Date | number) => Math.floor(Number(at) / 1000);

function idOf(...parts: readonly unknown[]): string {
  return createHash('sha256').update(parts.join(' ')).digest('hex').slice(0, 32);
}

/** What kind of row a workout has: the same for the same workout, however often it is asked for. */
function kindOf({ startsAt, discipline }: SampleWorkout, random: () => number) {
  const share = random();
  const isOnFoot = ['running', 'walking'].includes(discipline.slug);
  if (startsAt.getTime() > firstImports && isOnFoot && share < 0.5) return 'import';
  if (startsAt.getTime() > firstMissingClasses && ['strength', 'yoga'].includes(discipline.slug) && share < 0.2) {
    return 'without a class';
  }
  if (discipline.output && share < 0.04) return 'just ride';
  if (discipline.output && share < 0.07) return 'scenic';
  if (discipline.output && share < 0.1) return 'without a sensor';
  return 'class';
}

type Kind = ReturnType<typeof kindOf>;

function drawClass({ discipline, minutes, day }: SampleWorkout, kind: Kind, random: () => number) {
  if (kind === 'without a class') return {};
  const duration = minutes * 60;
  if (kind === 'just ride') {
    const instructor = { name: 'JUST RIDE', image_url: 'https://s3.amazonaws.com/peloton-ride-images/just-ride.png' };
    return { ride: { id: noClassId, title: `${minutes} min Just Ride`, duration, is_archived: false, instructor } };
  }
  const common = { duration, length: duration + 61, fitness_discipline: discipline.slug, is_archived: day % 5 === 0 };
  if (kind === 'import') return { ride: { id: '', title: `Outdoor around ${privateMark}`, duration } };
  if (kind === 'scenic') {
    const location = `${privateMark} of the scene`;
    return {
      ride: {
        ...common,
        id: idOf('scenic', day),
        title: 'Scenic Ride',
        location,
        instructor_id: null,
        instructor: null,
      },
    };
  }
  const name = instructors[Math.floor(random() * instructors.length)] ?? '';
  return {
    ride: {
      ...common,
      id: idOf('class', day, minutes),
      title: `${minutes} min ${discipline.name}`,
      instructor_id: idOf(name),
      instructor: { id: idOf(name), name, image_url: 'https://s3.amazonaws.com/peloton-instructors/one.png' },
    },
  };
}

/** Imports come days, and some of them months, after the workout. */
function recordedAt({ startsAt }: SampleWorkout, kind: Kind, random: () => number): number {
  const share = random();
  if (kind !== 'import') return seconds(startsAt) - 1 - Math.floor(share * 90);
  return seconds(startsAt.getTime() + (share < 0.1 ? 90 * dayMs : share < 0.4 ? 3 * dayMs : 2 * hourMs));
}

function drawRow(member: StartedMember, workout: SampleWorkout, now: Date): WorkoutRow {
  const { startsAt, minutes, discipline, outputJoules } = workout;
  const id = idOf(member.id, startsAt.getTime());
  const random = createRandom(`row ${id}`);
  const kind = kindOf(workout, random);
  const endsAt = startsAt.getTime() + minutes * minuteMs;
  const isOver = endsAt <= now.getTime();
  const created_at = recordedAt(workout, kind, random);
  const isImport = kind === 'import';
  const platform = isImport
    ? { device_type: 'apple_health', platform: 'iOS_app' }
    : { device_type: 'home_bike_v1', platform: 'home_bike' };
  const measured = kind === 'without a sensor' ? 0 : (outputJoules ?? 0);
  return {
    id,
    status: isOver ? 'COMPLETE' : 'IN_PROGRESS',
    fitness_discipline: discipline.slug,
    workout_type: kind === 'scenic' ? 'scenic' : isImport || kind === 'just ride' ? 'freestyle' : 'class',
    created_at,
    device_time_created_at: created_at - 4 * 3600,
    start_time: seconds(startsAt),
    end_time: isOver ? seconds(endsAt) : null,
    timezone: `Etc/${privateMark}`,
    title: isImport ? `${privateMark} and back` : null,
    name: `${discipline.name} Workout`,
    ...(isImport ? {} : { total_work: measured, is_total_work_personal_record: random() < 0.03 }),
    ...platform,
    has_pedaling_metrics: measured > 0,
    metrics_type: measured > 0 ? 'cycling' : null,
    effort_zones: random() < 0.5 ? { total_effort_points: Math.round(minutes * 6) / 10 } : null,
    leaderboard_rank: rank,
    strava_id: '-1',
    fitbit_id: null,
    user_id: member.id,
    peloton_id: isImport ? '' : idOf('peloton', id),
    v2_total_video_watch_time_seconds: random() < 0.5 ? '1208' : null,
    ...(startsAt.getTime() > firstImports && {
      is_peloton_originated_workout: !isImport,
      is_3p_fit_feed_workout: isImport,
    }),
    ...drawClass(workout, kind, random),
  };
}

const longestMs = 2 * hourMs;

/** The rows of a member at an instant, the one that was recorded last first. An import is not there before it was recorded. */
export function drawWorkoutList(member: StartedMember, now: Date): WorkoutRow[] {
  const begun = listWorkouts(member, new Date(now.getTime() + longestMs)).filter(({ startsAt }) => startsAt <= now);
  return begun
    .map(workout => drawRow(member, workout, now))
    .filter(({ created_at }) => created_at <= seconds(now))
    .sort((a, b) => b.created_at - a.created_at);
}

/** What Peloton gives at most, whatever is asked for. */
const longestPage = 100;

/** One page of the list, in the envelope of an answer. `joins` names what each row comes with. */
export function drawWorkoutPage(rows: readonly WorkoutRow[], query: URLSearchParams): Record<string, unknown> {
  const limit = Math.min(Number(query.get('limit') ?? 20), longestPage);
  const page = Number(query.get('page') ?? 0);
  const joins = (query.get('joins') ?? '').split(',');
  const data = rows.slice(page * limit, (page + 1) * limit).map(({ ride, ...row }) => {
    if (!joins.includes('ride') || ride === undefined) return row;
    const { instructor, ...bare } = ride as Record<string, unknown>;
    return { ...row, ride: joins.includes('ride.instructor') ? ride : bare };
  });
  const page_count = Math.ceil(rows.length / limit);
  return {
    data,
    limit,
    page,
    total: rows.length,
    count: data.length,
    page_count,
    show_previous: page > 0,
    show_next: page + 1 < page_count,
    sort_by: '-device_time_created_at,-pk',
    aggregate_stats: [],
  };
}

/** Every text of the rows that nobody may publish: ids, times, places, titles of imports, devices, ranks. */
export function listPrivateOfWorkouts(member: StartedMember, now: Date): string[] {
  const rows = drawWorkoutList(member, now);
  const own = rows.flatMap(({ id, created_at, start_time }) => [id, `${created_at}`, `${start_time}`]);
  return [privateMark, `${rank}`, 'home_bike', 'apple_health', ...own];
}
