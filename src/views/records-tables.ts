// Personal records, one table for each discipline, with values and units as Peloton shows them.

import type { Snapshot } from '../stats/snapshot.ts';
import { fitText } from './fit-text.ts';
import { formatDate, formatNumber } from './format.ts';
import { renderIcon } from './icons.ts';
import { type Markup, markup } from './markup.ts';

type RecordGroup = NonNullable<Snapshot['personal_records']>[number];

/** The records, or undefined where there are none. */
export function renderRecords(groups: Snapshot['personal_records'] = []): Markup | undefined {
  const filled = groups.filter(({ records }) => records.length > 0);
  if (filled.length === 0) return undefined;
  return markup`<div class="records">${filled.map(renderGroup)}</div>`;
}

function renderGroup({ name, slug, records }: RecordGroup): Markup {
  return markup`<table><caption><svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${renderIcon(slug)}</svg>${fitText(name, 40)}</caption>
<thead><tr><th scope="col">Record</th><th scope="col">Best</th><th scope="col">On</th></tr></thead>
<tbody>${records.toSorted(byLength).map(
    record =>
      markup`<tr><th scope="row">${fitText(record.name, 40)}</th><td>${sayValue(record.value)} <span class="unit">${fitText(record.unit ?? '', 12)}</span></td><td class="date">${record.workout_date && formatDate(record.workout_date)}</td></tr>
`,
  )}</tbody></table>`;
}

/** Peloton sends them in no order. A slug is a length in seconds where the record is one over time; others stay as sent. */
function byLength(a: RecordGroup['records'][number], b: RecordGroup['records'][number]): number {
  return Number(a.slug) - Number(b.slug) || 0;
}

function sayValue(value: number | string): string {
  return typeof value === 'number' ? formatNumber(value) : fitText(value, 20);
}
