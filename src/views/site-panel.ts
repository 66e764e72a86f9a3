// "Put this on your site": the snippets of examples/snippets, with the address of this service put in.

import { snippets } from './embedded.ts';
import { type Markup, markup } from './markup.ts';

type Embedding = { name: string; text: string | Markup; parts: { label: string; code: string }[] };

const embeddings: Embedding[] = [
  {
    name: 'Picture',
    text: markup`Works wherever a picture does, in a README too. It follows light and dark by itself; <code>?theme=light</code> or <code>?theme=dark</code> fixes it.`,
    parts: [
      { label: 'HTML', code: snippets.imageHtml },
      { label: 'Markdown', code: snippets.imageMarkdown },
    ],
  },
  {
    name: 'Element',
    text: markup`Real text in your own typeface and colours. Without JavaScript, or when this service does not answer, what stands between the tags is shown. Style it with the properties ${renderCodes(['ink', 'muted', 'accent', 'track', 'line', 'background', 'radius'].map(name => `--peloton-stats-${name}`))} and with <code>::part(card)</code>; it tells of its fate with the events ${renderCodes(['peloton-stats-loaded', 'peloton-stats-failed'])}.`,
    parts: [
      { label: 'HTML', code: snippets.tagHtml },
      { label: 'One line of CSS, so that nothing moves when the numbers arrive', code: snippets.tagStyle },
      { label: 'Only if your site has a Content-Security-Policy: add these', code: snippets.tagPolicy },
    ],
  },
  {
    name: 'Fetch',
    text: 'The numbers as JSON, open to every origin: make of them what you like.',
    parts: [{ label: 'HTML', code: snippets.fetch }],
  },
  { name: 'React', text: 'A component without dependencies.', parts: [{ label: 'JSX', code: snippets.react }] },
  {
    name: 'Badge',
    text: 'Through shields.io: the total, the streak, or one discipline by its slug.',
    parts: [{ label: 'Markdown', code: snippets.badge }],
  },
];

function renderCodes(names: string[]): Markup[] {
  return names.map((name, index) => markup`${index > 0 && ', '}<code>${name}</code>`);
}

const placeholderHint = markup`<p class="muted">Put the address of this service in the place of <code>PUBLIC_URL</code>; with the setting of that name, this page does it for you.</p>
`;

/** The panel. `publicUrl` has no slash at its end; where it is unknown, the snippets say `PUBLIC_URL` in its place. */
export function renderSitePanel(publicUrl: string | undefined): Markup {
  return markup`<section class="panel" aria-labelledby="site"><h2 id="site">Put this on your site</h2>
<p><img src="card.svg" alt="The card as other sites show it" width="480" height="248" loading="lazy"></p>
${!publicUrl && placeholderHint}${embeddings.map((embedding, index) => renderEmbedding(embedding, publicUrl ?? 'PUBLIC_URL', index === 0))}</section>`;
}

function renderEmbedding({ name, text, parts }: Embedding, publicUrl: string, isOpen: boolean): Markup {
  return markup`<details name="way"${isOpen && markup` open`}><summary>${name}</summary><p>${text}</p>${parts.map(
    ({ label, code }) =>
      markup`<p class="muted">${label}</p><pre tabindex="0" role="region" aria-label="${name}: ${label}"><code>${code.trimEnd().replaceAll('PUBLIC_URL', () => publicUrl)}</code></pre>`,
  )}</details>`;
}
