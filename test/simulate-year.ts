// `npm run simulate-year`: simulates a year of the service in about a minute. Exit code 1 when a day has no sync or a rule
// is broken.

import { simulateYear } from './year.ts';

const days = 365;
const longestSeconds = 120;
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
if (daysMissed.length + brokenRules.length > 0) process.exitCode = 1;
