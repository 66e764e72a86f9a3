// The workouts by discipline. `snapshot` is null while no stats have ever reached this site: that is a state, not a fault.

export function Statistics({ workoutCounts, snapshot, streaks }) {
  if (!snapshot) return <p>No statistics yet. They appear here after the next build that finds some.</p>;
  const shown = workoutCounts
    .filter(workout => workout.count > 0)
    .sort((a, b) => b.count - a.count || a.name.localeCompare(b.name));
  return (
    <>
      <p>
        {`${snapshot.total_workouts} workouts as of `}
        <time dateTime={snapshot.date}>{snapshot.dateInWords}</time>
      </p>
      {streaks?.current_weekly ? <p>{`Weeks in a row: ${streaks.current_weekly}`}</p> : null}
      <ul className="workout-counts">
        {shown.map(({ id, name, count, icon_url: iconUrl }) => (
          <li key={id}>
            {iconUrl ? <img src={iconUrl} alt="" width="48" height="48" loading="lazy" /> : null}
            <span>{name}</span> <strong>{count}</strong>
          </li>
        ))}
      </ul>
    </>
  );
}
