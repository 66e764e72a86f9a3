// The builder: how to put the stats on a site. A form that works without script, what it draws, and the code to copy.

import type { Snapshot } from '../stats/snapshot.ts';
import { sizeCard } from './card.ts';
import type { CardData } from './card-pen.ts';
import { type HtmlDocument, renderDocument } from './document.ts';
import { builderScript, builderStyle, pageStyle } from './embedded.ts';
import { type Markup, markup } from './markup.ts';
import { maxTitleLength, type Part, parts, toQuery, type ViewName, type ViewOptions, views } from './options.ts';
import { createSnippets, describePicture, type SiteSnippets } from './site-snippets.ts';
import { palettes, renderThemeRules, type Theme, themes } from './theme.ts';

export type BuilderOptions = Partial<Omit<CardData, 'snapshot'>> & {
  options: ViewOptions;
  snapshot: Snapshot | undefined;
  /** Where readers reach the service, without a slash at the end, if that is known. */
  publicUrl: string | undefined;
};

const style = `${renderThemeRules('auto', ':root')}${pageStyle}${builderStyle}`;

/** The page of `/api/page?builder`. */
export function renderBuilder({ publicUrl, ...shown }: BuilderOptions): HtmlDocument {
  const { options } = shown;
  const snippets = createSnippets({ ...shown, publicUrl: publicUrl ?? 'PUBLIC_URL' });
  const body = markup`<header><h1>Put this on your site</h1><p><a href="page">Back to the stats</a></p></header>
<main>${renderForm(options)}
<p id="status" role="status" class="muted"></p>
<div id="result">${publicUrl === undefined ? addressHint : publicUrl.startsWith('http:') && loopbackHint}${renderWays(snippets, shown)}</div></main>
<script type="module" src="widget.js"></script>`;
  return renderDocument({
    title: 'Put this on your site · Peloton stats',
    description: 'The card, the element, the frame and the badge, with the code to copy.',
    canonical: publicUrl && `${publicUrl}/api/page?builder`,
    className: 'builder',
    style,
    body,
    script: builderScript,
    directives: ["connect-src 'self'", "frame-src 'self'", "form-action 'self'", "frame-ancestors 'none'"],
  });
}

const addressHint = markup`<p class="muted">Put the address of this service in the place of <code>PUBLIC_URL</code>; with the setting of that name, this page does it for you.</p>`;
/** An http address is one of this machine: the settings take no other. */
const loopbackHint = markup`<p class="muted">The address in this code leads nowhere but on this machine. A site for others needs that of the deployed service, whose own builder writes it.</p>`;

const viewNames: Record<ViewName, string> = { summary: 'Summary', year: 'Days of a year', recent: 'Latest workouts' };
const themeNames: Record<Theme, string> = { auto: "The reader's", light: 'Light', dark: 'Dark' };
const partNames: Record<Part, string> = {
  total: 'Total',
  streaks: 'Streaks',
  disciplines: 'Disciplines',
  date: 'Date',
};
const languages =
  ' ar bg cs da de el en en-GB es et fi fr he hi hr hu id it ja ko lt lv nb nl pl pt pt-BR ro ru sk sl sv th tr uk vi zh zh-Hant'.split(
    ' ',
  );

function renderForm(options: ViewOptions): Markup {
  const lang = options.lang ?? '';
  const tags = languages.includes(lang) ? languages : [lang, ...languages];
  return markup`<form action="page"><input type="hidden" name="builder">
${views.length > 1 && renderSelect('view', 'Picture', options.view, views, view => viewNames[view])}
${renderSelect('theme', 'Colours', options.theme, themes, theme => themeNames[theme])}
<label>Accent <input type="color" name="accent" value="#${options.accent ?? palettes.light.accent.slice(1)}"></label>
${renderSelect('lang', 'Numbers and dates', lang, tags, nameLanguage)}
<label>Heading <input name="title" maxlength="${maxTitleLength}" value="${options.title}" autocomplete="off"></label>
<fieldset><legend>Leave out</legend>${parts.map(
    part =>
      markup`<label><input type="checkbox" name="hide" value="${part}"${options.hide.includes(part) && markup` checked`}> ${partNames[part]}</label> `,
  )}</fieldset>
<button class="show">Show</button></form>`;
}

/** A language in itself; none is that of the site, and English in a picture. */
function nameLanguage(tag: string): string {
  if (tag === '') return "The site's own";
  return new Intl.DisplayNames(tag, { type: 'language' }).of(tag) ?? tag;
}

function renderSelect<T extends string>(
  name: string,
  label: string,
  chosen: T,
  values: readonly T[],
  nameOf: (value: T) => string,
): Markup {
  const option = (value: T) =>
    markup`<option value="${value}"${value === chosen && markup` selected`}>${nameOf(value)}</option>`;
  return markup`<label>${label} <select name="${name}">${values.map(option)}</select></label>`;
}

type Way = { name: string; text: string | Markup; preview?: Markup; codes: [label: string, code: string][] };

function renderWays(snippets: SiteSnippets, shown: Omit<BuilderOptions, 'publicUrl'>): Markup {
  return markup`${listWays(snippets, shown).map(renderWay)}`;
}

function listWays(snippets: SiteSnippets, shown: Omit<BuilderOptions, 'publicUrl'>): Way[] {
  const { options } = shown;
  const query = toQuery(options);
  const { width, height } = sizeCard(options);
  const alt = describePicture(shown);
  const attributes = [...new URLSearchParams(query)].map(
    ([name, value]) => markup` ${name === 'title' ? 'heading' : name}="${value}"`,
  );
  return [
    {
      name: 'Picture',
      text: markup`Works wherever a picture does, in a README too. Its <code>alt</code> says today's numbers; the script keeps them fresh.`,
      preview: markup`<img src="card.svg?${query}" alt="${alt}" width="${width}" height="${height}">`,
      codes: [
        ['HTML', snippets.imageHtml],
        ['Markdown', snippets.imageMarkdown],
        ['Script, after the HTML', snippets.imageAlt],
      ],
    },
    {
      name: 'Element',
      text: markup`Real text in your own typeface and colours, as wide as its place. Style it with <code>::part(card)</code> and with properties: ${renderCodes(['ink', 'muted', 'accent', 'track', 'line', 'background', 'radius'].map(name => `--peloton-stats-${name}`))}. It tells of its fate with the events ${renderCodes(['peloton-stats-loaded', 'peloton-stats-failed'])}.`,
      preview: markup`<peloton-stats src="stats"${attributes}><p>The element needs JavaScript.</p></peloton-stats>`,
      codes: [
        ['HTML', snippets.tagHtml],
        ['One line of CSS, so that nothing moves when the numbers arrive', snippets.tagStyle],
        ['Only if your site has a Content-Security-Policy: add these', snippets.tagPolicy],
      ],
    },
    {
      name: 'Frame',
      text: 'For sites that take an iframe alone, such as Notion. Its ground is your site.',
      preview: markup`<iframe src="page?embed&amp;${query}" title="The frame as other sites show it" width="100%" height="640" loading="lazy"></iframe>`,
      codes: [['HTML', snippets.frame]],
    },
    {
      name: 'Badge',
      text: 'Through shields.io: the total, the streak, all minutes, the workouts of this year, or one discipline by its slug.',
      codes: [['Markdown', snippets.badge]],
    },
    {
      name: 'Fetch',
      text: 'The numbers as JSON, open to every origin: make of them what you like.',
      codes: [['HTML', snippets.fetch]],
    },
    { name: 'React', text: 'A component without dependencies.', codes: [['JSX', snippets.react]] },
  ];
}

function renderCodes(names: string[]): Markup[] {
  return names.map((name, index) => markup`${index > 0 && ', '}<code>${name}</code>`);
}

function renderWay({ name, text, preview, codes }: Way, index: number): Markup {
  return markup`<details${index === 0 && markup` open`}><summary><h2>${name}</h2></summary><p>${text}</p>${
    preview && markup`<div class="preview">${preview}</div>`
  }${codes.map(([label, code], part) => {
    const id = `code-${index}-${part}`;
    return markup`<p class="label muted">${label} <button type="button" class="copy" data-code="${id}" aria-label="Copy ${name}: ${label}">Copy</button></p><pre tabindex="0" role="region" aria-label="${name}: ${label}"><code id="${id}">${code}</code></pre>`;
  })}</details>`;
}
