// The result of one benchmark, for people and for programs.

export type Row = { what: string; figures: string; ratio?: string };
export type Report = { title: string; rows: readonly Row[]; ratios: Readonly<Record<string, number>> };

/** A Markdown table, as docs/performance.md holds it. */
export function formatReport({ title, rows }: Report): string {
  const hasRatios = rows.some(row => row.ratio !== undefined);
  const header = ['', '', ...(hasRatios ? ['ratio'] : [])];
  const lines = rows.map(({ what, figures, ratio = '' }) => [what, figures, ...(hasRatios ? [ratio] : [])]);
  const cells = [header, header.map(() => '---'), ...lines];
  return `\n### ${title}\n\n${cells.map(line => `| ${line.join(' | ')} |`).join('\n')}`;
}
