// Notices: trouble beside the syncs, which changes no status. A run that finds a reason for a notice writes the notice into
// state.json, where health reads it, and logs it once when it begins; the run that finds the reason gone removes the notice.

import * as z from 'zod';
import { isFromWrongClock } from '../stats/wrong-clock.ts';

/** docs/operations.md has the owner's next step for each. */
export const noticeCodes = ['hook-failing', 'session-unreadable', 'parts-lost', 'workouts', 'account-differs'] as const;
export type NoticeCode = (typeof noticeCodes)[number];

export const noticeSchema = z.object({ code: z.enum(noticeCodes), hint: z.string(), since: z.iso.datetime() }).meta({
  id: 'Notice',
  description: 'What goes wrong beside the syncs; docs/operations.md has a paragraph for each.',
});

export type Notice = z.infer<typeof noticeSchema>;

/** A notice in state.json. A quiet one has not been logged yet: its reason may be gone before anybody has to hear of it. */
export const storedNoticeSchema = noticeSchema.extend({ is_quiet: z.boolean().optional() });
export type StoredNotice = z.infer<typeof storedNoticeSchema>;

/**
 * The findings of a run: the reason for each notice that it checked for, or null where there is none. `since` is given where
 * the reason is known to be older than this run; `isQuiet` keeps the notice out of the log for now. A notice that the run did not check for stays as it is.
 */
export type Findings = { [Code in NoticeCode]?: { hint: string; since?: string; isQuiet?: boolean } | null };

/** When a notice began: now, where that is not known or was written down by a wrong clock. */
function beginningOf(since: string | undefined, now: Date): string {
  return since === undefined || isFromWrongClock(new Date(since), now) ? now.toISOString() : since;
}

/** The notices after a run, and those of them that are to be logged: the new ones, and those that are quiet no more. */
export function updateNotices(
  known: readonly StoredNotice[],
  findings: Findings,
  now: Date,
): { notices: StoredNotice[]; begun: Notice[] } {
  const begun: Notice[] = [];
  const notices = noticeCodes.flatMap((code): StoredNotice[] => {
    const before = known.find(notice => notice.code === code);
    const found = findings[code];
    if (found === undefined) return before ? [before] : [];
    if (found === null) return [];
    const notice = { code, hint: found.hint, since: beginningOf(found.since ?? before?.since, now) };
    const wasLogged = before && !before.is_quiet;
    if (found.isQuiet && !wasLogged) return [{ ...notice, is_quiet: true }];
    if (!wasLogged) begun.push(notice);
    return [notice];
  });
  return { notices, begun };
}

/** The notices as health says them. */
export function currentNotices(known: readonly Notice[], now: Date): Notice[] {
  return known.map(({ code, hint, since }) => ({ code, hint, since: beginningOf(since, now) }));
}
