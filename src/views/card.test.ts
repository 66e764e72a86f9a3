import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { colourAt, measureDistance, renderers } from '../../test/pixels.ts';
import { sampleHistory, sampleSnapshot } from '../../test/sample-member.ts';
import { assertWellFormedXml } from '../../test/well-formed-xml.ts';
import type { HistoryPoint } from '../stats/history.ts';
import type { Snapshot } from '../stats/snapshot.ts';
import * as card from './card.ts';
import { readQuery } from './options.ts';
import { palettes } from './theme.ts';

const history = sampleHistory({ days: 200, missing: ['2026-11-01'] });
const snapshot = sampleSnapshot(history);
const themes = ['auto', 'light', 'dark'] as const;

function withWorkouts(workouts: Snapshot['workout_counts']['workouts']): Snapshot {
  return { ...snapshot, workout_counts: { total_workouts: 412, workouts } };
}

type Drawn = { snapshot: Snapshot; history: readonly HistoryPoint[]; theme?: string; query?: string };

function renderCard({ theme = 'auto', query = `theme=${theme}`, ...data }: Drawn): string {
  return card.renderCard(data, readQuery(new URLSearchParams(query))).svg;
}

function renderCardPlaceholder({ message, theme }: { message: card.PlaceholderMessage; theme: string }): string {
  return card.renderCardPlaceholder(message, readQuery(new URLSearchParams({ theme }))).svg;
}

function textOf(svg: string): string {
  return svg
    .replace(/<style>.*<\/style>/s, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');
}

const everyCard = themes.flatMap(theme => [
  renderCard({ snapshot, history, theme }),
  renderCard({ snapshot: withWorkouts([]), history: [], theme }),
  renderCardPlaceholder({ message: 'no stats yet', theme }),
  renderCardPlaceholder({ message: 'stats unavailable', theme }),
]);

test('shows the total, the streak, the disciplines, the trend and the date', () => {
  const text = textOf(renderCard({ snapshot: withWorkouts(snapshot.workout_counts.workouts), history, theme: 'auto' }));
  for (const shown of ['412 workouts', '31 weeks in a row', 'best 74', 'Cycling', 'in 90 days', 'as of Nov 22, 2026']) {
    assert.ok(text.includes(shown), `${shown} in ${text}`);
  }
});

test('tells the numbers to those who cannot see them', () => {
  const svg = renderCard({
    snapshot: withWorkouts([{ name: 'Rowing', slug: 'caesar', count: 9 }]),
    history,
    theme: 'auto',
  });
  assert.match(
    svg,
    /<svg [^>]*role="img" aria-label="Peloton stats: 412 workouts as of Nov 22, 2026, current streak 31 weeks, best streak 74 weeks, Rowing 9\."/,
  );
  assert.match(svg, /<title>Peloton stats<\/title>/);
});

test('adds up what has no row of its own, and leaves zero counts away', () => {
  const counts = [90, 50, 20, 10, 5, 4, 3, 0];
  const workouts = counts.map((count, index) => ({ name: `Sport ${index}`, slug: `sport_${index}`, count }));
  const text = textOf(renderCard({ snapshot: withWorkouts(workouts), history, theme: 'light' }));
  assert.match(text, /Sport 4 5 2 more 7 $/);
  assert.doesNotMatch(text.slice(text.indexOf('Nov 22, 2026 ') + 13), /Sport 7/);
});

test('needs nothing but itself: no script, no reference, no foreign object', () => {
  for (const svg of everyCard) {
    assert.doesNotMatch(
      svg.replace('xmlns="http://www.w3.org/2000/svg"', ''),
      /<script|foreignObject|href|url\(|@import|https?:|<image|\son\w+=|style="/i,
    );
  }
});

test('is well-formed in every theme and state', () => {
  everyCard.forEach(assertWellFormedXml);
});

test('stays well-formed whatever Peloton calls a discipline', () => {
  const workout = fc.record({
    name: fc.string({ unit: 'binary' }),
    slug: fc.string({ unit: 'binary' }),
    count: fc.nat(),
  });
  fc.assert(
    fc.property(fc.array(workout), workouts => {
      assertWellFormedXml(renderCard({ snapshot: withWorkouts(workouts), history, theme: 'auto' }));
    }),
  );
});

test('cuts an overlong name and clips it to its room', () => {
  const svg = renderCard({
    snapshot: withWorkouts([{ name: 'W'.repeat(5_000), slug: 'w', count: 1 }]),
    history,
    theme: 'auto',
  });
  assert.match(svg, /<svg [^>]*width="\d+" height="18" overflow="hidden"><text y="13"[^>]*>W{8,12}…<\/text><\/svg>/);
  assert.ok(svg.length < 12_000);
});

test('writes the largest numbers short, and a best streak only where it has room', () => {
  const most = Number.MAX_SAFE_INTEGER;
  const huge = {
    ...snapshot,
    workout_counts: { total_workouts: most, workouts: [{ name: 'Cycling', slug: 'cycling', count: most }] },
    streaks: { current_weekly: most, best_weekly: most },
  };
  const text = textOf(renderCard({ snapshot: huge, history, theme: 'auto' }));
  assert.match(text, /9\.01E15 workouts 9\.01E15 weeks in a row (?!best)/);
});

test('says nothing of a streak that is not known, and the days in a row while there is no trend', () => {
  const { streaks: _, ...without } = snapshot;
  const first = history.slice(-1);
  assert.doesNotMatch(textOf(renderCard({ snapshot: without, history: first })), /week|days?/);
  assert.match(textOf(renderCard({ snapshot, history: first })), / 3 days in a row /);
});

test('draws each placeholder with its message', () => {
  for (const message of ['no stats yet', 'stats unavailable'] as const) {
    const svg = renderCardPlaceholder({ message, theme: 'dark' });
    assert.ok(textOf(svg).includes(` ${message} `));
    assert.ok(!svg.includes('as of'));
  }
});

test('follows the reader in auto and is fixed in the other themes', () => {
  const [auto = '', light = '', dark = ''] = themes.map(theme => renderCard({ snapshot, history, theme }));
  assert.match(auto, /prefers-color-scheme:dark/);
  assert.doesNotMatch(light + dark, /prefers-color-scheme/);
  assert.ok(light.includes(palettes.light.background) && dark.includes(palettes.dark.background));
});

test('its policy allows exactly the style that the card carries', () => {
  for (const query of ['', 'theme=dark', 'accent=ff0000', 'theme=light&accent=0f0']) {
    const { svg, policy } = card.renderCard({ snapshot, history }, readQuery(new URLSearchParams(query)));
    const style = /<style>(.*)<\/style>/s.exec(svg)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    assert.equal(policy, `default-src 'none'; style-src 'sha256-${hash}'`);
  }
});

test('has every colour as a literal, and no class, id or rule without its prefix', () => {
  for (const svg of everyCard) {
    assert.doesNotMatch(svg, /var\(|currentColor|--|\sid=/);
    for (const [, names = ''] of svg.matchAll(/class="([^"]*)"/g)) {
      for (const name of names.split(' ').filter(Boolean)) assert.match(name, /^peloton-/);
    }
    const style = /<style>(.*)<\/style>/s.exec(svg)?.[1] ?? '';
    const selectors = style.replace(/@media[^{]*\{/g, '').matchAll(/(?:^|\})([^{}]+)\{/g);
    for (const [, selector = ''] of selectors) assert.match(selector, /^\.peloton-/);
    const shapes = svg.matchAll(/<(text|rect|path|circle) [^>]*>/g);
    for (const [shape] of shapes)
      assert.ok(/ fill="(#[\da-f]{6}|none)"/.test(shape) || shape.startsWith('<path d='), shape);
  }
});

test('hides what it is told to, in the picture and in its description, and is as much smaller', () => {
  const drawn = (query: string) => renderCard({ snapshot, history, query });
  const shown = { total: /368/, streaks: /weeks? in a row|current streak/, disciplines: /Cycling/, date: /as of/ };
  for (const [part, pattern] of Object.entries(shown)) {
    assert.match(drawn(''), pattern);
    assert.doesNotMatch(drawn(`hide=${part}`), pattern);
  }
  const heights = ['', 'hide=disciplines', 'hide=disciplines,total', 'hide=disciplines,total,streaks'].map(
    query => card.sizeCard(readQuery(new URLSearchParams(query))).height,
  );
  assert.deepEqual(heights, [248, 168, 140, 60]);
});

test('writes numbers and dates in the language asked for', () => {
  const counts = withWorkouts([{ name: 'Cycling', slug: 'cycling', count: 123_456 }]);
  const texts = ['', 'lang=de', 'lang=hi', 'lang=!'].map(query =>
    textOf(renderCard({ snapshot: counts, history, query })),
  );
  const shown = [/123,456.*Nov 22, 2026|Nov 22, 2026.*123,456/, /22\.11\.2026.*123\.456/, /1,23,456/, /123,456/];
  for (const [index, pattern] of shown.entries()) assert.match(texts[index] ?? '', pattern);
});

test('a title, an accent and a language of anybody are text and colour, nothing else', () => {
  const hostile = `"><script>alert(1)</script>'};@import url(//x.example)`;
  const query = new URLSearchParams({ title: hostile, accent: hostile, lang: hostile, hide: hostile, view: hostile });
  const svg = renderCard({ snapshot, history, query: `${query}` });
  assertWellFormedXml(svg);
  const styleOf = (text: string) => /<style>.*?<\/style>/s.exec(text)?.[0];
  assert.equal(styleOf(svg), styleOf(renderCard({ snapshot, history })));
  assert.doesNotMatch(svg, /<script/);
  assert.match(svg, /<title>&quot;&gt;&lt;script&gt;/);
});

test('librsvg and resvg draw it alike, in its own colours', async () => {
  for (const theme of ['auto', 'dark']) {
    const svg = renderCard({ snapshot, history, theme });
    const [one, other] = await Promise.all(Object.values(renderers).map(render => render(svg)));
    assert.ok(one && other && measureDistance(one, other) < 12);
    for (const pixels of [one, other]) {
      assert.equal(colourAt(pixels, 12, 12), palettes[theme === 'dark' ? 'dark' : 'light'].background);
    }
  }
});
