// The public snapshot of the service (schema_version 1), reduced to what becomes nodes. Names are Peloton's own.

export type WorkoutCount = { name: string; slug: string; count: number; icon_url?: string | undefined };

export type PersonalRecord = {
  name: string;
  slug: string;
  value: string;
  raw_value?: number | undefined;
  unit?: string | undefined;
  unit_slug?: string | undefined;
  workout_date?: string | undefined;
};

export type RecordGroup = { name: string; slug: string; records: PersonalRecord[] };

export type Streaks = {
  current_weekly?: number | undefined;
  best_weekly?: number | undefined;
  start_date_of_current_weekly?: number | undefined;
  current_daily?: number | undefined;
};

export type Achievement = {
  name: string;
  slug: string;
  description?: string | undefined;
  image_url?: string | undefined;
  count?: number | undefined;
};

export type Snapshot = {
  schema_version: 1;
  synced_at?: string | undefined;
  date?: string | undefined;
  time_zone?: string | undefined;
  workout_counts: { total_workouts: number; workouts: WorkoutCount[] };
  personal_records: RecordGroup[];
  streaks?: Streaks | undefined;
  achievements: Achievement[];
};
