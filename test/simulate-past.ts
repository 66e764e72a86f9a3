// `npm run simulate-past`: reads ten years and 6,000 workouts through crashes and outages. Exit code 1 when a workout is lost or
// doubled, or when it takes too long.

import { runProgram } from '../src/command-line/run-program.ts';

const longestSeconds = 40;

async function simulate(): Promise<number> {
  console.log('Against the doubles, in this process, by a clock that is set forward; as their member.');
  const { simulatePast } = await import('./past.ts'); // its bench is made for test runs, and would print a report of none
  const { brokenRules, ...report } = await simulatePast({ workouts: 6_000, years: 10, days: 8 });
  if (report.durationSeconds > longestSeconds) brokenRules.push(`it took more than ${longestSeconds} s`);
  console.log(
    [
      `Ticks                ${report.ticks}`,
      `Crashes              ${report.crashes}`,
      `Outages              ${report.outages}`,
      `Complete after       ${report.completeAfterTicks} ticks`,
      `Pages of the list    ${report.pages}`,
      `Duration             ${report.durationSeconds} s`,
      ...brokenRules.map(rule => `Broken: ${rule}`),
    ].join('\n'),
  );
  process.exit(brokenRules.length > 0 ? 1 : 0); // at once, for the same reason
}

const about = 'Ten years and 6,000 workouts of a list, read through crashes and outages; about a quarter of a minute.';

await runProgram({ command: 'npm run simulate-past', about, run: simulate });
