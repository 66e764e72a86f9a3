// A template tag for HTML and SVG that escapes every value. Each value is cleaned too, of characters that are illegal in XML,
// that reorder the text around them, or that pile up on one letter.

/** Text that needs no escaping: only the tag `markup` and `trusted` make it. */
export type Markup = { readonly markup: string };

type Value = string | number | Markup | false | undefined | readonly Value[];

/** A template whose values are escaped, but for markup and lists of markup; undefined and false become nothing. */
export function markup(parts: TemplateStringsArray, ...values: Value[]): Markup {
  return { markup: String.raw({ raw: parts }, ...values.map(renderValue)) };
}

/** Text of our own files (styles, drawings) as markup, unescaped. Never for data. */
export function trusted(text: string): Markup {
  return { markup: text };
}

function renderValue(value: Value): string {
  if (value === undefined || value === false) return '';
  if (typeof value === 'object') return 'markup' in value ? value.markup : value.map(renderValue).join('');
  return escapeMarkup(String(value));
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text for an element or a quoted attribute, in HTML or XML. */
export function escapeMarkup(text: string): string {
  return cleanText(text).replace(/[&<>"']/g, character => entities[character] ?? '');
}

// Controls but tab and newline; bidirectional overrides and isolates; noncharacters.
const unwanted =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the characters to remove
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\p{Noncharacter_Code_Point}]/gu;

/** The text without those characters, and with at most four marks on a letter; lone surrogates become U+FFFD. */
export function cleanText(text: string): string {
  return text
    .toWellFormed()
    .replace(unwanted, '')
    .replace(/(\p{M}{4})\p{M}+/gu, '$1');
}
