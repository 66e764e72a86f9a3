// The days and the latest workouts of the service, reduced to what becomes nodes.

export type Sums = { workouts: number; minutes: number; output_kj?: number | undefined };

export type Day = Sums & { date: string; by: (Sums & { discipline: string })[] };

export type Workout = {
  date: string;
  imported: boolean;
  discipline?: string | undefined;
  title?: string | undefined;
  duration_s?: number | undefined;
  output_kj?: number | undefined;
  effort_points?: number | undefined;
  instructor?: string | undefined;
  is_personal_record?: boolean | undefined;
};

export type Training = { days: Day[]; workouts: Workout[] };
