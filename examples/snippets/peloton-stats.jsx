'use client';

import { useEffect, useState } from 'react';

const noStats = { date: '', workout_counts: { total_workouts: 0, workouts: [{ slug: '', name: '', count: 0 }] } };

export function PelotonStats() {
  const [stats, setStats] = useState(noStats);

  useEffect(() => {
    const controller = new AbortController();
    fetch('PUBLIC_URL/api/stats', { signal: controller.signal })
      .then(response => response.json())
      .then(answer => answer.schema_version === 1 && setStats(answer))
      .catch(error => error.name === 'AbortError' || console.error(error));
    return () => controller.abort();
  }, []);

  if (stats === noStats) return null;
  const { total_workouts, workouts } = stats.workout_counts;
  return (
    <section>
      <h2>{total_workouts} Peloton workouts</h2>
      <ul>
        {workouts
          .filter(({ count }) => count > 0)
          .map(({ slug, name, count }) => (
            <li key={slug}>
              {name}: {count}
            </li>
          ))}
      </ul>
    </section>
  );
}
