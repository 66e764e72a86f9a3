// The safety of a GitHub Actions workflow: pinned actions, the least rights, and no package's code beside a token. For the
// workflows of this project, and for those that docs/sites.md gives to others.

import { parse } from 'yaml';

export type Step = {
  name?: string;
  uses?: string;
  run?: string;
  env?: Record<string, string>;
  with?: Record<string, unknown>;
};
export type Job = {
  if?: string;
  permissions?: Record<string, string>;
  environment?: string | { name: string };
  env?: Record<string, string>;
  steps: Step[];
  'timeout-minutes'?: number;
};
export type Workflow = { on: Record<string, unknown>; permissions?: Record<string, string>; jobs: Record<string, Job> };

/** Rights to write that a job may have, by its environment. */
const rightsOf: Record<string, readonly string[]> = {
  production: ['id-token'],
  'github-pages': ['id-token', 'pages'],
};

/** The one command of npm that loads no package. */
const npm = /\bnp[mx]\b(?! run prove(\s|$))/;

function checkJob(job: Job, defaults: Workflow['permissions']): string[] {
  const findings: string[] = [];
  const granted = { ...defaults, ...job.permissions };
  const environment = typeof job.environment === 'object' ? job.environment.name : (job.environment ?? '');
  for (const [scope, right] of Object.entries(granted))
    if (right === 'write' && !rightsOf[environment]?.includes(scope)) findings.push(`may write ${scope}`);
  const hasToken = granted['id-token'] !== undefined || JSON.stringify(job).includes('secrets.');
  if (hasToken && job.steps.some(({ run = '' }) => npm.test(run))) findings.push('runs npm beside a token');
  if (job['timeout-minutes'] === undefined) findings.push('a job without a time limit');
  for (const { run } of job.steps) if (run?.includes('${{')) findings.push('puts an expression into a shell');
  return findings;
}

/** What is wrong with the safety of a workflow. */
export function checkSafety(text: string): string[] {
  const { permissions, jobs } = parse(text) as Workflow;
  const lines = [...text.matchAll(/uses:.*$/gm)].map(([line]) => line);
  const unpinned = lines.filter(line => !/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+(\.\d+\.\d+)?\b/.test(line));
  return [
    ...unpinned.map(line => `not pinned: ${line}`),
    ...(permissions === undefined ? ['no permissions: it gets the default ones'] : []),
    ...Object.values(jobs).flatMap(job => checkJob(job, permissions)),
  ];
}
