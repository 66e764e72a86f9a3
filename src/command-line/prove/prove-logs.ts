// What only the logs of the deployed app can tell: that the timer ticks each quarter of an hour, and that the alerts ask what can be
// asked and have nothing to say. Where whoever asks may not read them, they are left out.

import { readFile } from 'node:fs/promises';
import { countOf } from '../doctor/finding.ts';
import type { Azure, AzureAnswer } from './azure.ts';
import { groupPath, managerAudience } from './prove-app.ts';
import type { Target } from './target.ts';
import { fix, holds, judge, notAsked, type Proof, type Verdict } from './verdict.ts';

type Table = { columns: { name: string }[]; rows: unknown[][] };

const logsAudience = 'https://api.loganalytics.io';
const unnamed = 'LOG_ANALYTICS_WORKSPACE_ID is not set';
const mayRead = 'Log Analytics Reader on the workspace may';

/** @param timespan an ISO 8601 duration. */
async function query(azure: Azure, workspace: string, { query, timespan }: { query: string; timespan: string }) {
  const url = `${azure.hosts.logs}/v1/workspaces/${workspace}/query`;
  return await azure.call({ url, audience: logsAudience, method: 'POST', body: { query, timespan } });
}

/** The first table of an answer; undefined for one of another shape or with a part of the rows. */
function tableOf(value: unknown): Table | undefined {
  const { tables, error } = value as { tables?: Table[]; error?: unknown };
  const [table] = Array.isArray(tables) ? tables : [];
  return table && Array.isArray(table.rows) && !error ? table : undefined;
}

/** The verdict on a query that gave no whole table. */
function judgeNoTable(subject: string, answer: AzureAnswer): Verdict {
  if (answer.kind === 'refused') return notAsked(subject, `${answer.why}; ${mayRead}`);
  if (answer.kind === 'given') return fix(subject, 'the answer is no whole table', 'ask again in a minute');
  const { came, message } = answer;
  const isNew = /resolve table|\bApp(Requests|Traces)\b/.test(message);
  const step = isNew
    ? 'no telemetry has arrived yet: wait ten minutes; where it stays so, azd provision --no-state grants the app its role again'
    : 'where it is the query that is refused, report it; else ask again in a minute';
  return fix(subject, [came, message].filter(Boolean).join(': '), step);
}

/**
 * The quarters of the last two hours with an invocation of the timer, as their age in minutes, newest first. A minute is added,
 * since a timer may fire a moment early.
 */
const heartbeat = `AppRequests
| where Name == "sync"
| summarize by quarter = bin(TimeGenerated + 1m, 15m)
| project minutes = datetime_diff('minute', now(), quarter)
| order by minutes asc`;

/** A quarter of an hour, another until the next tick has run, and what the logs are behind. */
const oldestTickMinutes = 40;

function judgeTicks(minutes: readonly number[]): Verdict {
  const [newest] = minutes;
  const early = 'less than 40 minutes after a deployment ask again later';
  const restart = `${early}; else az functionapp restart, and look at "overdue" in docs/operations.md`;
  if (newest === undefined) return fix('timer', 'no tick in the last 2 hours, where one comes each quarter', restart);
  if (newest > oldestTickMinutes)
    return fix('timer', `the last tick was ${newest} minutes ago, where one comes each quarter`, restart);
  if (minutes.length === 1) return fix('timer', 'one tick so far', 'ask again in a quarter of an hour');
  const gap = minutes.findIndex((age, index) => (minutes[index + 1] ?? age) - age > 16);
  if (gap < 0) return holds('timer', `a tick in each of the last ${minutes.length} quarters of an hour`);
  const between = `no tick between ${minutes[gap + 1]} and ${minutes[gap]} minutes ago`;
  return fix(
    'timer',
    between,
    'nothing where the app was stopped then; else ask again in two hours, and report a gap that comes back',
  );
}

async function proveTicks(azure: Azure, workspace: string): Promise<Verdict> {
  const answer = await query(azure, workspace, { query: heartbeat, timespan: 'PT2H' });
  const table = answer.kind === 'given' ? tableOf(answer.value) : undefined;
  return table ? judgeTicks(table.rows.map(([minutes]) => Number(minutes))) : judgeNoTable('timer', answer);
}

const blobAudience = 'https://storage.azure.com';
const staleStatusMs = 40 * 60_000;

/** The host writes the status of a timer after each invocation, so its age is a heartbeat that waits for no log. */
async function proveStatus(azure: Azure, hostStorage: string): Promise<Verdict> {
  const url = `${hostStorage}/azure-webjobs-hosts?restype=container&comp=list&prefix=timers%2F`;
  const answer = await azure.call({ url, audience: blobAudience, headers: { 'x-ms-version': '2025-01-05' } });
  if (answer.kind === 'refused')
    return notAsked('timer status', `${answer.why}; Storage Blob Data Reader on the host's account may`);
  if (answer.kind === 'failed')
    return fix(
      'timer status',
      answer.came,
      'the host writes there once the timer has run: look at the timer and at the functions',
    );
  const blobs = [...String(answer.value).matchAll(/<Name>([^<]*)<\/Name>[\s\S]*?<Last-Modified>([^<]*)</g)];
  const written = blobs.filter(([, name]) => name?.endsWith('.sync/status')).map(([, , at]) => Date.parse(at ?? ''));
  if (written.length === 0)
    return fix(
      'timer status',
      'the host has kept none for sync',
      'the timer has never run: look at the functions that Azure lists',
    );
  const ageMs = Date.parse(answer.date) - Math.max(...written);
  const age = `${Math.round(ageMs / 60_000)} minutes ago`;
  if (ageMs > staleStatusMs)
    return fix('timer status', `last written ${age}`, 'az functionapp restart; "overdue" in docs/operations.md');
  return holds('timer status', `last written ${age}`);
}

type Criterion = {
  query?: string;
  timeAggregation?: string;
  operator?: string;
  threshold?: number;
  dimensions?: { name: string }[];
};
type Rule = {
  name?: string;
  properties?: {
    enabled?: boolean;
    windowSize?: string;
    overrideQueryTimeRange?: string;
    criteria?: { allOf?: Criterion[] };
  };
};

const alertsFile = new URL('../../../infra/modules/alerts.bicep', import.meta.url);

/** The names of the rules that the template lays, without what makes them unique. */
export async function readRuleNames(): Promise<string[]> {
  const source = await readFile(alertsFile, 'utf8');
  return [
    ...source.matchAll(
      /'Microsoft\.Insights\/scheduledQueryRules@[^']*' = (?:if \([^)]*\) )?\{\s*name: '([\w-]+)-\$\{/g,
    ),
  ].map(([, name = '']) => name);
}

/** The most rows for one combination of the dimensions, which is what Azure holds against the threshold. */
function mostRows({ columns, rows }: Table, dimensions: readonly { name: string }[]): number {
  const places = dimensions.map(({ name }) => columns.findIndex(column => column.name === name));
  const counts = new Map<string, number>();
  for (const row of rows) {
    const key = JSON.stringify(places.map(place => row[place]));
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values());
}

/** Asks what the rule asks, over the time that it looks back. */
async function proveRule(azure: Azure, workspace: string, { name = '', properties = {} }: Rule): Promise<Verdict> {
  const subject = `alert ${name.replace(/-[a-z0-9]{13}$/, '')}`;
  const { enabled, windowSize = 'PT2H', overrideQueryTimeRange, criteria } = properties;
  const [criterion] = criteria?.allOf ?? [];
  if (enabled !== true) return fix(subject, 'is off', 'azd provision --no-state switches it on');
  if (!criterion?.query) return fix(subject, 'has no query', 'azd provision --no-state lays it anew');
  const answer = await query(azure, workspace, {
    query: criterion.query,
    timespan: overrideQueryTimeRange || windowSize,
  });
  const table = answer.kind === 'given' ? tableOf(answer.value) : undefined;
  if (!table) return judgeNoTable(subject, answer);
  const { timeAggregation, operator, threshold = 0, dimensions = [] } = criterion;
  if (timeAggregation !== 'Count' || operator !== 'GreaterThan')
    return holds(subject, 'its query is valid; what it measures is no number of rows');
  const rows = mostRows(table, dimensions);
  const fires = `${countOf(rows, 'row')}, where more than ${threshold} fire it`;
  return rows > threshold
    ? fix(subject, fires, 'health and "When something fails" in docs/operations.md say what to do')
    : holds(subject, `valid, ${countOf(rows, 'row')}`);
}

async function* proveAlerts(azure: Azure, { resource, workspace }: Target): Proof {
  if (!resource || !workspace)
    return yield notAsked('alerts', workspace ? 'the names of the app are not set' : unnamed);
  const path = '/providers/Microsoft.Insights/scheduledQueryRules?api-version=2023-12-01';
  const answer = await azure.call({ url: azure.hosts.manager + groupPath(resource) + path, audience: managerAudience });
  if (answer.kind === 'refused') return yield notAsked('alerts', `${answer.why}; Reader on the resource group may`);
  if (answer.kind === 'failed') return yield fix('alerts', answer.came, 'ask again in a minute');
  const rules = (answer.value as { value?: Rule[] }).value ?? [];
  const expected = await readRuleNames();
  const missing = expected.filter(name => !rules.some(rule => rule.name?.startsWith(`${name}-`)));
  const faults = missing.map(name => `there is no rule ${name}`);
  yield judge('alerts', faults, `all ${expected.length} rules are there`, 'azd provision --no-state lays them anew');
  for (const rule of rules.filter(({ name }) => expected.some(each => name?.startsWith(`${each}-`))))
    yield await proveRule(azure, workspace, rule);
}

type ActionGroup = { name?: string; properties?: { azureFunctionReceivers?: unknown[] } };

/** The second clock can call only once a hook has given its action group the key of sync-now, which the answer holds and nobody is told. */
async function proveSecondClock(azure: Azure, { resource }: Target): Promise<Verdict> {
  const subject = 'second clock';
  if (!resource) return notAsked(subject, 'the names of the app are not set');
  const path = '/providers/Microsoft.Insights/actionGroups?api-version=2023-01-01';
  const answer = await azure.call({ url: azure.hosts.manager + groupPath(resource) + path, audience: managerAudience });
  if (answer.kind === 'refused') return notAsked(subject, `${answer.why}; Reader on the resource group may`);
  if (answer.kind === 'failed') return fix(subject, answer.came, 'ask again in a minute');
  const groups = (answer.value as { value?: ActionGroup[] }).value ?? [];
  const clock = groups.find(({ name }) => name?.startsWith('ag-clock-'));
  if (!clock) return fix(subject, 'its action group is not there', 'azd provision --no-state lays it anew');
  return clock.properties?.azureFunctionReceivers?.length
    ? holds(subject, 'may call sync-now')
    : fix(subject, 'its action group has no key of sync-now', 'azd hooks run postdeploy');
}

export async function* proveLogs(azure: Azure, target: Target, hostStorage: string | undefined): Proof {
  yield target.workspace ? await proveTicks(azure, target.workspace) : notAsked('timer', unnamed);
  yield hostStorage
    ? await proveStatus(azure, hostStorage)
    : notAsked('timer status', "the account of the host is not known, since the app's resource was not read");
  yield* proveAlerts(azure, target);
  yield await proveSecondClock(azure, target);
}
