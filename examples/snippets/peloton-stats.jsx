import { useEffect, useState } from 'react';

export function PelotonStats() {
  const [stats, setStats] = useState(null);

  useEffect(() => {
    const controller = new AbortController();
    fetch('PUBLIC_URL/api/stats', { signal: controller.signal })
      .then(response => (response.ok ? response.json() : null))
      .then(setStats)
      .catch(error => error.name === 'AbortError' || console.error(error));
    return () => controller.abort();
  }, []);

  if (stats === null) return null;
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
