// One line of `npm run prove`: that a promise holds, what to do, or that it was not asked and why.

export type Verdict = { mark: 'holds' | 'not asked' | 'FIX'; subject: string; text: string };

/** A proof: yields its verdicts one by one, and returns the facts that a later proof needs. */
export type Proof<T = void> = AsyncGenerator<Verdict, T>;

export function holds(subject: string, text: string): Verdict {
  return { mark: 'holds', subject, text };
}

export function notAsked(subject: string, why: string): Verdict {
  return { mark: 'not asked', subject, text: why };
}

/** @param came what came, and what was expected where that is not plain. */
export function fix(subject: string, came: string, nextStep: string): Verdict {
  return { mark: 'FIX', subject, text: `${came} → ${nextStep}` };
}

/** Holds where there are no faults; else names the first three of them. */
export function judge(subject: string, faults: readonly string[], good: string, nextStep: string): Verdict {
  if (faults.length === 0) return holds(subject, good);
  const more = faults.length > 3 ? `; and ${faults.length - 3} more` : '';
  return fix(subject, faults.slice(0, 3).join('; ') + more, nextStep);
}

export function lineOf({ mark, subject, text }: Verdict): string {
  return `${mark.padEnd(10)} ${subject.padEnd(16)} ${text}`;
}
