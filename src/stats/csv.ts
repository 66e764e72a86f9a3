// CSV (RFC 4180) that a spreadsheet takes for data, whatever the text in it: a text that begins like a formula would run as one.
// https://owasp.org/www-community/attacks/CSV_Injection

export type Cell = string | number;

/**
 * The places where a formula could begin: at the start, or behind a separator that this file does not use and a spreadsheet may;
 * after what a spreadsheet may drop, white space and characters that nobody sees.
 */
const formula = /(?<=^|[;|\t\r\n])(?=[\s\p{C}]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])|^(?=[\t\r\n])/gu;

/** A text as a field: in quotes unless all of it is harmless, with an apostrophe wherever a formula could begin. */
function csvField(text: string): string {
  const inert = text.replace(formula, "'");
  return /^[^'",;|\t\r\n]*$/.test(inert) ? inert : `"${inert.replaceAll('"', '""')}"`;
}

/** The cells of a row must be numbers, or texts that are known to be harmless: dates. The header may hold any text. */
export function writeCsv(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [header.map(csvField), ...rows, ''].join('\r\n'); // a row within the array is joined with commas
}
