// The personal records: one table for each discipline, with values and units as Peloton shows them.

import type { RecordGroup } from '../stats/snapshot.ts';
import { fitText } from './fit-text.ts';
import { formatDate, formatNumber } from './format.ts';
import { renderIcon } from './icons.ts';
import { type Markup, markup } from './markup.ts';

/** The records, or undefined where there are none. */
export function renderRecords(groups: readonly RecordGroup[] = []): Markup | undefined {
  const filled = groups.filter(({ records }) => records.length > 0);
  if (filled.length === 0) return undefined;
  return markup`<div class="records">${filled.map(renderGroup)}</div>`;
}

function renderGroup({ name, slug, records }: RecordGroup): Markup {
  return markup`<table><caption><svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${renderIcon(slug)}</svg>${fitText(name, 40)}</caption>
<thead><tr><th scope="col">Record</th><th scope="col">Best</th><th scope="col">On</th></tr></thead>
<tbody>${records.toSorted(byLength).map(
    record =>
      markup`<tr><th scope="row">${fitText(record.name, 40)}</th><td>${formatValue(record.value)} <span class="unit">${formatUnit(record.unit ?? '')}</span></td><td class="date">${record.workout_date && formatDate(record.workout_date)}</td></tr>
`,
  )}</tbody></table>`;
}

/** Sorts records over a time, whose slug is that time in seconds. Peloton sends them in no order; others stay as sent. */
function byLength(a: RecordGroup['records'][number], b: RecordGroup['records'][number]): number {
  return Number(a.slug) - Number(b.slug) || 0;
}

function formatValue(value: number | string): string {
  return typeof value === 'number' ? formatNumber(value) : fitText(value, 20);
}

/** Peloton writes the kilojoule in small letters. */
function formatUnit(unit: string): string {
  return unit.toLowerCase() === 'kj' ? 'kJ' : fitText(unit, 12);
}
