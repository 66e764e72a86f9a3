// CSV (RFC 4180) that a spreadsheet takes for data, whatever the text in it: a text that begins like a formula would run as one.
// https://owasp.org/www-community/attacks/CSV_Injection

import { compareText } from './snapshot.ts';

export type Cell = string | number;

/** The places where a formula could begin: at the start, or behind a separator that this file does not use and a spreadsheet may. */
const formula = /(?<=^|[;|\t\r\n])(?=\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])|^(?=[\t\r\n])/g;

/** A text as a field: in quotes unless all of it is harmless, with an apostrophe wherever a formula could begin. */
function csvField(text: string): string {
  const inert = text.replace(formula, "'");
  return /^[^'",;|\t\r\n]*$/.test(inert) ? inert : `"${inert.replaceAll('"', '""')}"`;
}

/** The cells of a row must be numbers, or texts that are known to be harmless: dates. The header may hold any text. */
export function writeCsv(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [header.map(csvField), ...rows, ''].join('\r\n'); // a row within the array is joined with commas
}

export type Table<Row, Count> = {
  header: readonly string[];
  rows: readonly Row[];
  cellsOf(row: Row): Cell[];
  /** The counts of a row by slug, which is any text that Peloton sends, `__proto__` included. */
  countsOf(row: Row): Readonly<Record<string, Count>>;
  numberOf(count: Count): number;
};

function writeColumns<Row, Count>(table: Table<Row, Count>, slugs: readonly string[]): string {
  const { header, cellsOf, countsOf, numberOf } = table;
  const places = new Map(slugs.map((slug, index) => [slug, index + header.length]));
  const blank: readonly Cell[] = ['', ...header.slice(1).map(() => 0), ...slugs.map(() => 0)];
  const others = new Set<string>();
  const fill = (cells: Cell[], counts: Readonly<Record<string, Count>>) => {
    for (const slug in counts) {
      const place = places.get(slug);
      if (place === undefined) others.add(slug);
      else cells[place] = numberOf(counts[slug] as Count);
    }
  };
  const rows = table.rows.map(row => {
    const cells = blank.slice(); // faster than making each row grow
    const own = cellsOf(row);
    for (let place = 0; place < own.length; place++) cells[place] = own[place] ?? '';
    fill(cells, countsOf(row));
    return cells;
  });
  if (others.size > 0) return writeColumns(table, [...slugs, ...others].sort(compareText));
  return writeCsv([...header, ...slugs], rows);
}

/**
 * A table with a column for every slug, a-z, behind its own; a missing count is 0. For the sake of an instance that has just
 * started, the counts are read once where the last row has every slug, as it has while counts only grow; else the rows are made
 * once more.
 */
export function writeTable<Row, Count>(table: Table<Row, Count>): string {
  const last = table.rows.at(-1);
  return writeColumns(table, last === undefined ? [] : Object.keys(table.countsOf(last)).sort(compareText));
}
