// What an owner pastes into a site: the snippets of examples/snippets with the address of this service, the options that were
// chosen and today's numbers in words.

import type { Snapshot } from '../stats/snapshot.ts';
import { describeCard, sizeCard } from './card.ts';
import type { CardData } from './card-pen.ts';
import { describeSnapshot } from './describe-snapshot.ts';
import { snippets } from './embedded.ts';
import { createFormats, formatCount, formatNumber } from './format.ts';
import { cleanText, escapeMarkup } from './markup.ts';
import { readOptions, toQuery, type ViewOptions } from './options.ts';
import { reserveSpace } from './reserve-space.ts';

export type SnippetContext = Partial<Omit<CardData, 'snapshot'>> & {
  options: ViewOptions;
  /** Where the service is, without a slash at the end. */
  publicUrl: string;
  /** Undefined before the first sync. */
  snapshot: Snapshot | undefined;
};

/** `HTML`, `Markdown` and so on, each as the code to paste. */
export type SiteSnippets = Record<keyof typeof snippets, string>;

const maxDisciplines = 5;

/** The picture in words, with today's numbers: what somebody hears who cannot see it. */
export function describePicture({
  options,
  snapshot,
  history = [],
  ...data
}: Omit<SnippetContext, 'publicUrl'>): string {
  const { title, lang, hide } = options;
  if (snapshot === undefined) return title;
  if (options.view !== 'summary') return `${title}: ${describeCard({ ...data, snapshot, history }, options)}`;
  const workouts = snapshot.workout_counts.workouts.slice(0, maxDisciplines);
  const shown = { ...snapshot, workout_counts: { ...snapshot.workout_counts, workouts } };
  return `${title}: ${describeSnapshot(shown, createFormats(lang ?? 'en'), hide)}`;
}

/** All snippets. Whatever a title holds, it is text in them. */
export function createSnippets(context: SnippetContext): SiteSnippets {
  const { options, publicUrl } = context;
  const query = toQuery(options);
  const picture = `PUBLIC_URL/api/card.svg${query === '' ? '' : `?${query}`}`;
  const alt = describePicture(context);
  const { width, height } = sizeCard(options);
  const space = reserveSpace(options);
  const usual = reserveSpace(readOptions(() => undefined));
  const html: Replacements = [
    ['PUBLIC_URL/api/card.svg', escapeMarkup(picture)],
    ['PUBLIC_URL/api/page?embed', escapeMarkup(`PUBLIC_URL/api/page?embed${query === '' ? '' : `&${query}`}`)],
    ['alt="My Peloton stats"', `alt="${escapeMarkup(alt)}"`],
    ['title="My Peloton stats"', `title="${escapeMarkup(options.title)}"`],
    ['width="480" height="248"', `width="${width}" height="${height}"`],
    [
      '<peloton-stats src="PUBLIC_URL/api/stats">',
      `<peloton-stats src="PUBLIC_URL/api/stats"${toAttributes(options)}>`,
    ],
  ];
  const markdown: Replacements = [
    ['PUBLIC_URL/api/card.svg', picture],
    ['[My Peloton stats]', `[${escapeMarkdown(alt)}]`],
  ];
  const style: Replacements = [
    [`min-height: ${usual.narrow}em`, `min-height: ${space.narrow}em`],
    [`min-height: ${usual.wide}em`, `min-height: ${space.wide}em`],
  ];
  const replacements: Partial<Record<keyof SiteSnippets, Replacements>> = {
    imageHtml: html,
    imageMarkdown: markdown,
    tagHtml: html,
    tagStyle: style,
    frame: html,
    badge: replaceBadges(context.snapshot),
  };
  const entries = Object.entries(snippets).map(([name, code]) => {
    const all: Replacements = [...(replacements[name as keyof SiteSnippets] ?? []), ['PUBLIC_URL', publicUrl]];
    return [name, all.reduce((text, [from, to]) => text.replaceAll(from, () => to), code.trimEnd())];
  });
  return Object.fromEntries(entries) as SiteSnippets;
}

type Replacements = [from: string, to: string][];

/** The options as attributes of the element; the heading is its name for the title. */
function toAttributes(options: ViewOptions): string {
  const query = new URLSearchParams(toQuery(options));
  return [...query].map(([name, value]) => ` ${name === 'title' ? 'heading' : name}="${escapeMarkup(value)}"`).join('');
}

function replaceBadges(snapshot: Snapshot | undefined): Replacements {
  if (snapshot === undefined) return [];
  const { workout_counts, streaks } = snapshot;
  const weeks = streaks?.current_weekly;
  const [first] = workout_counts.workouts;
  const streak = weeks === undefined ? '' : `: ${formatCount(weeks, 'week')}`;
  // Twice, since the address of the badge is itself a value in a query.
  const slug = encodeURIComponent(encodeURIComponent(first?.slug ?? 'cycling'));
  const name = escapeMarkdown(`Peloton ${first?.name ?? 'cycling'}: ${formatNumber(first?.count ?? 0)}`);
  return [
    ['[Peloton workouts]', `[Peloton workouts: ${formatNumber(workout_counts.total_workouts)}]`],
    ['[Peloton streak]', `[Peloton streak${streak}]`],
    ['[Peloton cycling]', `[${name}]`],
    ['metric=cycling', `metric=${slug}`],
  ];
}

/** Text between the brackets of a Markdown picture: nothing in it ends them, or is markup or HTML. */
function escapeMarkdown(text: string): string {
  return cleanText(text)
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]<>()#!|&~$]/g, '\\$&');
}
