// Errors as RFC 9457 has them: application/problem+json with a code that says who has to act.

import { errorTable, type StatsError } from '../errors.ts';
import { commonHeaders, type Reply } from './reply.ts';

export type ProblemDetails = { type: string; title: string; status: number; detail: string; code: string };

type ProblemSource = Omit<ProblemDetails, 'type'> & { headers?: Record<string, string> };

/** For an error that may be over in a minute. A failed sync does not send it, since a retry by hand would not help. */
export const retryAfter = { 'Retry-After': '60' };

/** A problem as a reply. Caches may store one of the 4xx for five seconds and one of the 5xx not at all. */
export function problemReply({ status, title, detail, code, headers }: ProblemSource): Reply {
  const body: ProblemDetails = { type: 'about:blank', title, status, detail, code };
  return {
    status,
    headers: {
      ...commonHeaders,
      'Content-Type': 'application/problem+json',
      'Cache-Control': status < 500 ? 'public, max-age=5' : 'no-store',
      ...headers,
    },
    body: Buffer.from(JSON.stringify(body)),
  };
}

/** A failure of the service: its code, its message, and what to do about it. */
export function failureReply(error: StatsError, headers: Record<string, string> = {}): Reply {
  const { httpStatus: status, title } = errorTable[error.code];
  return problemReply({ status, title, detail: describeFailure(error), code: error.code, headers });
}

export function describeFailure({ message, hint }: StatsError): string {
  return message === hint ? hint : `${message} ${hint}`;
}

export function badRequest(detail: string): Reply {
  return problemReply({ status: 400, title: 'This cannot be asked for', detail, code: 'bad-request' });
}

export function notFound(title: string, detail: string, headers: Record<string, string> = {}): Reply {
  return problemReply({ status: 404, title, detail, code: 'not-found', headers });
}

export const noStatsYet = () => notFound('No stats yet', 'The first sync has not been made.', retryAfter);
