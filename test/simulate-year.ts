// `npm run simulate-year`: simulates a year of the service in about a minute. Exit code 1 when a day has no sync or a rule
// is broken.

import { runProgram } from '../src/command-line/run-program.ts';
import { simulateYear } from './year.ts';

const days = 365;
const longestSeconds = 120;

async function simulate(): Promise<number> {
  console.log('Against the doubles, in this process, by a clock that is set forward; as their member.');
  const { daysMissed, brokenRules, ...report } = await simulateYear({ from: '2026-02-01', days });
  if (report.daysSynced < days) brokenRules.push(`only ${report.daysSynced} of ${days} days were synced`);
  if (report.durationSeconds > longestSeconds) brokenRules.push(`it took more than ${longestSeconds} s`);
  console.log(
    [
      `Days synced          ${report.daysSynced}`,
      `Days missed          ${[daysMissed.length, ...daysMissed].join(' ')}`,
      `Outages              ${report.outages}`,
      `Sign-ins             ${report.signIns}`,
      `Refreshes            ${report.refreshes}`,
      `Requests to Peloton  ${report.requestsToPeloton}`,
      `Calls of the hook    ${report.hookCalls}`,
      `Ticks                ${report.ticks}`,
      `Duration             ${report.durationSeconds} s`,
      ...brokenRules.map(rule => `Broken: ${rule}`),
    ].join('\n'),
  );
  return daysMissed.length + brokenRules.length > 0 ? 1 : 0;
}

const about = `A year of syncs in about a minute, with outages, changed passwords and all else that goes wrong in one.`;

await runProgram({ command: 'npm run simulate-year', about, run: simulate });
