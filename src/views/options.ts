// The options of a picture, as a query or as attributes have them: everything is text of anybody's, and an unknown value is
// the default. A new option is a row here; a new view another name in `views` and a drawing in card.ts.

import { cleanText } from './markup.ts';
import { palettes, readTheme, type Theme } from './theme.ts';

export const views = ['summary', 'year', 'recent'] as const;
export type ViewName = (typeof views)[number];

/** The parts of a picture that can be left out. */
export const parts = ['total', 'streaks', 'disciplines', 'date'] as const;
export type Part = (typeof parts)[number];

export const defaultTitle = 'Peloton stats';
export const maxTitleLength = 60;

export type ViewOptions = {
  view: ViewName;
  /** The calendar year of the view `year`; undefined for the last twelve months. */
  year: string | undefined;
  theme: Theme;
  /** A language tag that numbers and dates can be written in; undefined for none. */
  lang: string | undefined;
  title: string;
  /** `rrggbb` in lower case; undefined for our own. */
  accent: string | undefined;
  /** In the order of `parts`. */
  hide: readonly Part[];
};

/** The options that `read` knows by their names. */
export function readOptions(read: (name: keyof ViewOptions) => string | null | undefined): ViewOptions {
  const hidden = (read('hide') ?? '').split(',').map(name => name.trim());
  const view = views.find(name => name === read('view')) ?? 'summary';
  const year = read('year') ?? '';
  return {
    view,
    year: view === 'year' && /^\d{4}$/.test(year) ? year : undefined,
    theme: readTheme(read('theme')),
    lang: readLang(read('lang')),
    title: readTitle(read('title')),
    accent: readAccent(read('accent')),
    hide: parts.filter(part => hidden.includes(part)),
  };
}

/** The options that a query asks for; `hide` may be sent several times, as a form does. */
export function readQuery(query: Pick<URLSearchParams, 'get' | 'getAll'>): ViewOptions {
  return readOptions(name => (name === 'hide' ? query.getAll(name).join(',') : query.get(name)));
}

/** A language tag without extensions, as far as this engine can write numbers in it. */
export function readLang(value: string | null | undefined): string | undefined {
  if (!value || value.length > 35) return undefined;
  try {
    const [lang] = Intl.NumberFormat.supportedLocalesOf(new Intl.Locale(value).baseName);
    return lang;
  } catch {
    return undefined; // no language tag
  }
}

function readTitle(value: string | null | undefined): string {
  const line = cleanText((value ?? '').slice(0, 1_000)).replace(/\s+/g, ' ');
  return Array.from(line.trim()).slice(0, maxTitleLength).join('').trim() || defaultTitle;
}

/** Three or six hex digits, with a `#` or without, since a form's colour has one. */
function readAccent(value: string | null | undefined): string | undefined {
  const digits = /^#?([\da-f]{3}|[\da-f]{6})$/i.exec(value ?? '')?.[1]?.toLowerCase();
  const accent = digits?.length === 3 ? digits.replace(/./g, '$&$&') : digits;
  return `#${accent}` === palettes.light.accent ? undefined : accent;
}

/** The options as a query, without those that are the default: equal options give the same text. */
export function toQuery({ view, year, theme, lang, title, accent, hide }: ViewOptions): string {
  const query = new URLSearchParams();
  if (view !== 'summary') query.set('view', view);
  if (year !== undefined) query.set('year', year);
  if (theme !== 'auto') query.set('theme', theme);
  if (lang !== undefined) query.set('lang', lang);
  if (title !== defaultTitle) query.set('title', title);
  if (accent !== undefined) query.set('accent', accent);
  if (hide.length > 0) query.set('hide', hide.join(','));
  return query.toString();
}
