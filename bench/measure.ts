// How figures are taken: cases take turns, so that whatever else the machine does hits all of them, and the median of
// the rounds counts. A ratio of two medians of one run means something on any machine; a figure alone does not.

export type Figures = Record<string, number>;

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = Number.NaN, high = Number.NaN] = [sorted[(sorted.length - 1) >> 1], sorted[middle]];
  return (low + high) / 2;
}

/** Runs every case once a round, after one round that does not count. Returns the medians by case and figure. */
export async function takeTurns<Name extends string>(
  cases: Record<Name, () => Promise<Figures>>,
  rounds: number,
): Promise<Record<Name, Figures>> {
  const names = Object.keys(cases) as Name[];
  const taken = new Map(names.map(name => [name, [] as Figures[]]));
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const figures = await cases[name]();
      if (round > 0) taken.get(name)?.push(figures);
    }
  }
  const entries = [...taken].map(([name, all]) => [name, medians(all)] as const);
  return Object.fromEntries(entries) as Record<Name, Figures>;
}

function medians(all: readonly Figures[]): Figures {
  const [first = {}] = all;
  return Object.fromEntries(
    Object.keys(first).map(key => [key, median(all.map(figures => figures[key] ?? Number.NaN))]),
  );
}

export function ratio(one: number | undefined, other: number | undefined): number {
  return Number(((one ?? Number.NaN) / (other ?? Number.NaN)).toFixed(3));
}

/** Milliseconds of CPU that this process has used since `before`. */
export function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
