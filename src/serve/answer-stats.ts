// The stats as JSON: the newest, one day's, and the series, which also comes as CSV and in parts.

import * as z from 'zod';
import { StatsError } from '../errors.ts';
import { historyBlob } from '../stats/blobs.ts';
import { type HistoryPoint, historyFormats, toCsv } from '../stats/history.ts';
import { type Copies, lastModifiedOf } from './copies.ts';
import { csvType, jsonType, problem, type Reply, type Request, represent, respond, retryAfter } from './serve.ts';

const localDate = z.iso.date();

function badRequest(detail: string): Reply {
  return problem({ status: 400, title: 'This cannot be asked for', detail, code: 'bad-request' });
}

function notFound(title: string, detail: string, headers: Record<string, string> = {}): Reply {
  return problem({ status: 404, title, detail, code: 'not-found', headers });
}

const noStatsYet = () => notFound('No stats yet', 'The first sync has not been made.', retryAfter);

export async function answerStats(request: Request, { latest }: Copies): Promise<Reply> {
  const copy = await latest();
  return copy ? await respond(request, copy.value.representation) : noStatsYet();
}

export async function answerStatsDay(request: Request, { day, latest }: Copies): Promise<Reply> {
  const date = localDate.safeParse(request.params.date);
  if (!date.success) return badRequest('The date must be a day of the calendar, written YYYY-MM-DD.');
  const copy = await day(date.data);
  if (copy) return await respond(request, copy.value.representation);
  if (!(await latest())) return noStatsYet();
  return notFound('No stats of that day', 'No sync was made on that day.');
}

const isDay = 'must be a day of the calendar, written YYYY-MM-DD';
const historyQuery = z
  .object({
    from: z.iso.date(`from ${isDay}`).optional(),
    to: z.iso.date(`to ${isDay}`).optional(),
    format: z.enum(historyFormats, 'format must be json or csv').default('json'),
  })
  .refine(({ from, to }) => !from || !to || from <= to, 'from must not be after to');

type HistoryQuery = z.infer<typeof historyQuery>;

function within(points: readonly HistoryPoint[], { from = '', to = '9999-99-99' }: HistoryQuery): HistoryPoint[] {
  return points.filter(({ date }) => date >= from && date <= to);
}

export async function answerHistory(request: Request, { latest, series }: Copies): Promise<Reply> {
  const given = (name: string) => request.query.get(name) ?? undefined;
  const query = historyQuery.safeParse({ from: given('from'), to: given('to'), format: given('format') });
  if (!query.success) return badRequest(`${query.error.issues.map(({ message }) => message).join('; ')}.`);
  let copy = await series();
  if (!copy) {
    if (!(await latest())) return noStatsYet();
    copy = await series(); // it may have been missing only until the snapshot came
    if (!copy) throw new StatsError('storage', `${historyBlob} is missing; the next sync writes it anew.`);
  }
  const { history, representation, csv } = copy.value;
  const { from, to, format } = query.data;
  const isCsv = format === 'csv';
  if (!from && !to) return await respond(request, isCsv ? await csv() : representation);
  const points = within(history.points, query.data);
  const text = isCsv ? toCsv(points) : JSON.stringify({ ...history, points });
  const contentType = isCsv ? csvType : jsonType;
  const source = { bytes: Buffer.from(text), contentType, lastModified: lastModifiedOf(copy) };
  return await respond(request, represent(source));
}
