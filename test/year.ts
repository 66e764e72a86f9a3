// Simulates a year of the real app with doubles and a clock of its own: outages, wrong clocks, a changed password, sessions that
// end, a login page that is replaced and mended, an app's grant that is closed, a week with two hosts, a week with a dead build hook. Ticks between a day's sync and the next night are left out,
// since no sync can be due.

import type { Context } from '../src/app.ts';
import type { Request } from '../src/serve/reply.ts';
import { hourMs, minuteMs } from '../src/stats/time.ts';
import { outages } from './outages.ts';
import { judgeSiteHook } from './site-hook.ts';
import { type Host, startYearWorld, type YearWorld } from './year-world.ts';

export type YearOptions = {
  /** The first local date. */
  from: string;
  days: number;
};

export type YearReport = {
  daysSynced: number;
  daysMissed: string[];
  outages: number;
  signIns: number;
  refreshes: number;
  requestsToPeloton: number;
  hookCalls: number;
  ticks: number;
  durationSeconds: number;
  /** One sentence for each rule that was broken. */
  brokenRules: string[];
};

const timeZone = 'Europe/Berlin';
/** A time in the hour that one night of the year skips and another night has twice. */
const syncTime = '02:30';
const firstTick = '02:15';
const quarterMs = 15 * minuteMs;
const localTime = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });

type Event = { event: string; date: string; code: string };

type Year = YearWorld & {
  /** The index of the present day; a day begins at its sync time. */
  day: number;
  plan: ReturnType<typeof planEvents>;
  /** The date of every sync that succeeded on that date. */
  synced: string[];
  ticks: number;
  /** The code of every notice that was logged. */
  notices: string[];
  brokenRules: string[];
  /** The functions that end an outage or correct a mistake, and their times. */
  repairs: { at: number; repair: () => unknown }[];
};

function listDates({ from, days }: YearOptions): string[] {
  const at = (day: number) => new Date(Date.parse(from) + day * 24 * hourMs);
  return Array.from({ length: days }, (_, day) => at(day).toISOString().slice(0, 10));
}

/** Plans the events of the year, spread over its days. */
function planEvents(days: number) {
  const dayAt = (share: number) => Math.floor(days * share);
  const isSecondHostHere = (day: number) => day >= dayAt(0.25) && day < dayAt(0.25) + 7;
  const outageOf = new Map(outages.map((outage, index) => [dayAt((index + 1) / (outages.length + 1)), outage]));
  const isHookDead = (day: number) => day >= dayAt(0.55) && day < dayAt(0.55) + 7;
  // In a year: the page is another one from March to June, and the app's grant is closed for good in August.
  const sessionEnds = [dayAt(0.15), dayAt(0.3), dayAt(0.54), dayAt(0.71)];
  const [pageReplaced, pageMended, grantClosed] = [dayAt(0.13), dayAt(0.37), dayAt(0.51)];
  return {
    isSecondHostHere,
    outageOf,
    isHookDead,
    passwordChange: dayAt(0.41),
    sessionEnds,
    pageReplaced,
    pageMended,
    grantClosed,
  };
}

function beginDay(year: Year): void {
  const { time, plan, servers, repairs, hook } = year;
  year.day += 1;
  hook.isDead = plan.isHookDead(year.day);
  const outage = plan.outageOf.get(year.day);
  if (outage) repairs.push({ at: time.now + outage.hours * hourMs, repair: outage.begin(servers) });
  if (year.day === plan.passwordChange) servers.peloton.changePassword('the new one');
  const { behaviour } = servers.peloton;
  if (year.day === plan.pageReplaced) behaviour.loginPage = 'universal';
  if (year.day === plan.pageMended) behaviour.loginPage = 'classic';
  if (year.day === plan.grantClosed) behaviour.appGrant = 'gone';
  if (plan.sessionEnds.includes(year.day)) servers.peloton.revokeAll();
}

async function repairWhatIsDue(year: Year): Promise<void> {
  const isDue = ({ at }: { at: number }) => at <= year.time.now;
  const due = year.repairs.filter(isDue);
  year.repairs = year.repairs.filter(repair => !isDue(repair));
  for (const { repair } of due) await repair();
}

/** Calls hosts all at once. Returns the events that they logged. */
async function eventsOf(calls: readonly ((context: Context) => Promise<unknown>)[]): Promise<Event[]> {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  // A tick that fails rejects; its failure is also in the log.
  await Promise.allSettled(calls.map(call => call({ debug: write, info: write, warn: write, error: write })));
  return lines.map(line => JSON.parse(line));
}

function requestOf(query: string): Request {
  return { method: 'POST', headers: new Headers(), query: new URLSearchParams(query), params: {} };
}

/** What health tells an owner to do about stats that are dated ahead of the clock: force a sync. */
async function forceIfAhead(year: Year): Promise<void> {
  const [host] = year.hosts;
  const quiet = () => {};
  const context = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  const { body = [] } = await host.health(requestOf(''), context);
  const { problem } = JSON.parse(Buffer.from(body).toString());
  if (!/ahead of the clock|force=true/.test(problem?.hint ?? '')) return;
  noteEvents(year, await eventsOf([context => host.syncNow(requestOf('force'), context)]));
}

/** Plans the owner's reaction six hours later: the right password is in the vault, or a sync is forced. */
function tellOwner(year: Year, code: string): void {
  const { repairs, time, servers } = year;
  const { vault, peloton } = servers;
  const setPassword = () => vault.secrets.set('peloton-password', peloton.credentials.password);
  const repair = { 'sign-in-refused': setPassword, storage: () => forceIfAhead(year) }[code];
  if (repair) repairs.push({ at: time.now + 6 * hourMs, repair });
}

/** What the hosts log tells how the year goes. What a wrong clock publishes as another day is no day of the year. */
function noteEvents(year: Year, events: readonly Event[]): void {
  for (const { event, date, code } of events) {
    if (event === 'sync.succeeded' && date === localTime.format(year.time.now).slice(0, 10)) year.synced.push(date);
    if (event === 'notice') year.notices.push(code);
    if (event === 'defect') year.brokenRules.push(`${new Date(year.time.now).toISOString()}: a defect`);
    if (event === 'sync.failed') tellOwner(year, code);
  }
}

async function tickOnce(year: Year, date: string, time: string): Promise<void> {
  const { servers, hosts, plan } = year;
  const countAsked = () => servers.peloton.requests.length - servers.peloton.counts.workoutPages; // a list may be read on at any tick
  const askedBefore = countAsked();
  const ticking = plan.isSecondHostHere(year.day) ? hosts : hosts.slice(0, 1);
  noteEvents(year, await eventsOf(ticking.map((host: Host) => context => host.sync({}, context))));
  year.ticks += 1;
  if (time < syncTime && countAsked() > askedBefore) {
    year.brokenRules.push(`${date} ${time}: Peloton was asked before the day was due`);
  }
}

async function report(year: Year, dates: string[], startedAt: number): Promise<YearReport> {
  const { servers, synced, ticks, plan, brokenRules, readDays, hook, notices } = year;
  const { counts, requests, violations } = servers.peloton;
  const { stored: named, inSeries } = await readDays();
  const stored = named.filter(date => date <= (dates.at(-1) ?? '')); // a wrong clock leaves days of other years
  const twice = dates.filter(date => synced.indexOf(date) !== synced.lastIndexOf(date));
  brokenRules.push(...violations, ...twice.map(date => `${date} was synced more than once`));
  brokenRules.push(...judgeSiteHook(hook, notices, 24 * hourMs));
  if (inSeries.join() !== stored.join()) brokenRules.push('the series is not the days');
  return {
    daysSynced: dates.filter(date => stored.includes(date) && synced.includes(date)).length,
    daysMissed: dates.filter(date => !stored.includes(date)),
    outages: plan.outageOf.size,
    signIns: counts.credentialPosts,
    refreshes: counts.refreshes,
    requestsToPeloton: requests.length,
    hookCalls: hook.calls.length,
    ticks,
    durationSeconds: Math.round((performance.now() - startedAt) / 100) / 10,
    brokenRules,
  };
}

/** Simulates the days and returns a report. */
export async function simulateYear(options: YearOptions): Promise<YearReport> {
  const startedAt = performance.now();
  const dates = listDates(options);
  const at = Date.parse(options.from) + 3 * hourMs;
  const year: Year = {
    ...(await startYearWorld({ at, syncTime, timeZone })),
    ...{ day: -1, plan: planEvents(options.days) },
    ...{ synced: [], ticks: 0, notices: [], brokenRules: [], repairs: [] },
  };
  try {
    for (; ; year.time.now += quarterMs) {
      const [date = '', time = ''] = localTime.format(year.time.now).split(' ');
      if (date > (dates.at(-1) ?? '')) return await report(year, dates, startedAt);
      const isOver = year.synced.at(-1) === date && year.time.aheadMs === 0;
      if (isOver || time < firstTick) continue;
      if (time >= syncTime && dates[year.day] !== date) beginDay(year);
      await repairWhatIsDue(year);
      await tickOnce(year, date, time);
    }
  } finally {
    await year.close();
  }
}
