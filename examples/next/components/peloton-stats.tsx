import { unstable_cache } from 'next/cache';
import { PHASE_PRODUCTION_BUILD } from 'next/constants';

type Stats = {
  schema_version: number;
  date: string;
  workout_counts: { total_workouts: number; workouts: { name: string; slug: string; count: number }[] };
};

const url = `${process.env.PELOTON_STATS_URL || 'http://127.0.0.1:7071'}/api/stats`;

async function fetchStats(): Promise<Stats> {
  const response = await fetch(url, { cache: 'no-store', signal: AbortSignal.timeout(20_000) });
  if (!response.ok) throw new Error(`the service answered ${response.status}`);
  const stats: Stats = await response.json();
  if (stats.schema_version !== 1) throw new Error('the service answered something else');
  return stats;
}

// Where fetchStats throws, Next goes on with what was kept last: an answer that is no stats is never kept.
const readStats = unstable_cache(fetchStats, [url], { revalidate: 3600, tags: ['peloton-stats'] });

export async function PelotonStats() {
  const stats = await readStats().catch(error => {
    // Nothing is kept. A build goes on without stats; later an error keeps the page that was built last.
    if (process.env.NEXT_PHASE !== PHASE_PRODUCTION_BUILD) throw error;
    console.warn(`No Peloton stats in this build: ${error.message}`);
    return null;
  });
  if (!stats) return <p>No statistics yet. They appear here as soon as there are some.</p>;
  const { total_workouts, workouts } = stats.workout_counts;
  return (
    <>
      <p>
        {total_workouts} Peloton workouts by {stats.date}
      </p>
      <ul>
        {workouts
          .filter(({ count }) => count > 0)
          .map(({ slug, name, count }) => (
            <li key={slug}>
              {name}: {count}
            </li>
          ))}
      </ul>
    </>
  );
}
