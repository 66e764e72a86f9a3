// `npm run bench`: figures of the built app against baselines that are measured in the same run. Takes about a minute
// on an idle machine. The last line is JSON: the ratios by name.

import { runProgram } from '../src/command-line/run-program.ts';
import { measureAnswers } from './answers.ts';
import { measureFirstGet } from './first-get.ts';
import { measureActivity, measureHistory } from './history.ts';
import { measureImports } from './imports.ts';
import { formatReport, type Report } from './report.ts';
import { measureRequests } from './requests.ts';
import { startService } from './service.ts';
import { measureSyncs } from './syncs.ts';

async function bench(): Promise<number> {
  console.log('Against the built app, on this machine, over the doubles; as any reader.');
  const service = await startService();
  const reports: Report[] = [];
  for (const measure of [
    measureFirstGet,
    measureImports,
    measureRequests,
    measureHistory,
    measureActivity,
    measureSyncs,
    measureAnswers,
  ]) {
    const report = await measure(service);
    console.log(formatReport(report));
    reports.push(report);
  }
  await service.close();
  console.log(`\n${JSON.stringify(Object.assign({}, ...reports.map(({ ratios }) => ratios)))}`);
  return 0;
}

const about = `Figures of the built app against baselines that are measured in the same run; about a minute on an idle machine.
The last line is JSON: the ratios by name.`;

await runProgram({ command: 'npm run bench', about, run: bench });
