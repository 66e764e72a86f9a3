import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { sampleHistory, sampleSnapshot } from '../../test/sample-member.ts';
import { assertWellFormedXml } from '../../test/well-formed-xml.ts';
import type { Snapshot } from '../stats/snapshot.ts';
import { cardPolicy, renderCard, renderCardPlaceholder } from './card.ts';
import { palettes } from './theme.ts';

const history = sampleHistory({ days: 200, missing: ['2026-11-01'] });
const snapshot = sampleSnapshot(history);
const themes = ['auto', 'light', 'dark'] as const;

function withWorkouts(workouts: Snapshot['workout_counts']['workouts']): Snapshot {
  return { ...snapshot, workout_counts: { total_workouts: 412, workouts } };
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
  assert.match(svg, /<svg [^>]*role="img" aria-labelledby="title desc"/);
  assert.match(svg, /<title id="title">Peloton stats<\/title>/);
  assert.match(
    svg,
    /<desc id="desc">412 workouts as of Nov 22, 2026, current streak 31 weeks, best streak 74 weeks, Rowing 9\.<\/desc>/,
  );
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
  assert.match(svg, /<svg [^>]*width="128" height="18" overflow="hidden"><text y="13">W{8}…<\/text><\/svg>/);
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

test('says nothing of a streak that is not known, and what is to come while there is no trend', () => {
  const { streaks: _, ...without } = snapshot;
  const text = textOf(renderCard({ snapshot: without, history: history.slice(-1), theme: 'auto' }));
  assert.doesNotMatch(text, /week/);
  assert.match(text, /the trend starts with the second day/);
});

test('draws each placeholder with its message', () => {
  for (const message of ['no stats yet', 'stats unavailable'] as const) {
    const svg = renderCardPlaceholder({ message, theme: 'dark' });
    assert.ok(textOf(svg).includes(`${message}: `));
    assert.ok(!svg.includes('as of'));
  }
});

test('follows the reader in auto and is fixed in the other themes', () => {
  const [auto = '', light = '', dark = ''] = themes.map(theme => renderCard({ snapshot, history, theme }));
  assert.match(auto, /prefers-color-scheme:dark/);
  assert.doesNotMatch(light + dark, /prefers-color-scheme/);
  assert.ok(light.includes(palettes.light.background) && dark.includes(palettes.dark.background));
});

test('its policy allows exactly the styles that the cards carry', () => {
  for (const svg of everyCard) {
    const style = /<style>(.*)<\/style>/s.exec(svg)?.[1] ?? '';
    assert.ok(cardPolicy.includes(`'sha256-${createHash('sha256').update(style).digest('base64')}'`));
  }
  assert.doesNotMatch(cardPolicy, /unsafe/);
});
