import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { Parser } from 'htmlparser2';
import { sampleHistory, sampleSnapshot } from '../../test/sample-member.ts';
import type { Snapshot } from '../stats/snapshot.ts';
import { toSnapshot } from '../stats/to-snapshot.ts';
import { readQuery } from './options.ts';
import * as page from './page.ts';

/** With a sync in the morning. */
const draw = (options: Omit<page.PageOptions, 'spanDay'>) => page.renderPage({ ...options, spanDay: 'day-before' });
const renderPage = (options: Omit<page.PageOptions, 'spanDay'>): string => draw(options).html;

const publicUrl = 'https://stats.example';
const history = sampleHistory({ days: 400 });
const snapshot = sampleSnapshot(history);

type Element = { name: string; attributes: Record<string, string> };

function readElements(html: string): Element[] {
  const elements: Element[] = [];
  const parser = new Parser({ onopentag: (name, attributes) => elements.push({ name, attributes }) });
  parser.end(html);
  return elements;
}

test('says the local day on which the streak began, wherever the reader and the machine are', () => {
  const startedAt = Date.parse('2026-11-16T00:30:00Z') / 1000; // Sunday, 19:30 in New York
  const body = {
    workout_counts: { total_workouts: 0, workouts: [] },
    streaks: { current_weekly: 2, start_date_of_current_weekly: startedAt },
  };
  const day = { syncedAt: new Date('2026-11-22T13:00:00Z'), date: '2026-11-22', timeZone: 'America/New_York' };
  const html = renderPage({ snapshot: toSnapshot({ body, ...day }).snapshot, history, publicUrl });
  assert.ok(html.includes('<dt>weeks in a row <small>since Nov 15, 2026</small></dt><dd>2</dd>'));
});

test('shows totals, streaks, disciplines, records and achievements', () => {
  const html = renderPage({ snapshot, history, publicUrl });
  for (const shown of [
    `<dd>${snapshot.workout_counts.total_workouts}</dd>`,
    '<dt>weeks in a row <small>since Apr 20, 2026</small></dt><dd>31</dd>',
    '<dt>weeks at best</dt><dd>74</dd>',
    '<dt>days in a row</dt><dd>3</dd>',
    'Bike Bootcamp</th>',
    'None yet: Tread Bootcamp.',
    '<td>116 <span class="unit">kJ</span></td><td class="date">May 6, 2026</td>',
    '<td>27:41 <span class="unit">min</span></td>',
    '<b>Early Bird</b> <span class="times">×37</span>',
    '<time datetime="2026-11-22T08:00:04.123Z">Sunday, November 22, 2026</time>',
  ]) {
    assert.ok(html.includes(shown), shown);
  }
});

test('shows what each discipline added in the last 30 days', () => {
  const earlier = history.at(-31)?.counts.cycling ?? 0;
  const change = (history.at(-1)?.counts.cycling ?? 0) - earlier;
  assert.match(
    renderPage({ snapshot, history, publicUrl }),
    new RegExp(`Cycling</th>.*?<td>\\+${change}</td></tr>`, 's'),
  );
});

test('runs no script and loads nothing from elsewhere', () => {
  const elements = readElements(renderPage({ snapshot, history, publicUrl }));
  assert.deepEqual(
    elements.filter(({ name }) => ['script', 'iframe', 'object', 'embed', 'form'].includes(name)),
    [],
  );
  for (const { name, attributes } of elements) {
    assert.ok(!('style' in attributes), `inline style on ${name}`);
    assert.ok(!Object.keys(attributes).some(key => key.startsWith('on')), `handler on ${name}`);
    if (name === 'img' || (name === 'link' && attributes.rel === 'icon'))
      assert.match(attributes.src ?? attributes.href ?? '', /^data:/);
  }
});

test('its policy allows its one style sheet by hash, and no script', () => {
  const { html, policy } = draw({ snapshot: undefined, history: [], publicUrl });
  const styles = [...html.matchAll(/<style>(.*?)<\/style>/gs)];
  assert.equal(styles.length, 1);
  const hash = createHash('sha256')
    .update(styles[0]?.[1] ?? '')
    .digest('base64');
  assert.ok(policy.includes(`style-src 'sha256-${hash}'`));
  assert.match(policy, /^default-src 'none';/);
  assert.doesNotMatch(policy, /unsafe|script-src/);
  assert.match(policy, /form-action 'none'; frame-ancestors 'none'$/);
});

test('names as hostile as they come are text and nothing else', () => {
  const name = '"\'><script>alert(1)</script><img src=x onerror=alert(1)>\u0000\u202e';
  const hostile: Snapshot = {
    ...snapshot,
    workout_counts: {
      total_workouts: 3,
      workouts: [
        { name, slug: '__proto__', count: 3 },
        { name, slug: name, count: 0 },
      ],
    },
    personal_records: [{ name, slug: name, records: [{ name, slug: name, value: name, unit: name }] }],
    achievements: [{ name, slug: name, description: name }],
  };
  const plain = readElements(renderPage({ snapshot, history, publicUrl })).map(element => element.name);
  const elements = readElements(renderPage({ snapshot: hostile, history, publicUrl })).map(element => element.name);
  assert.deepEqual(
    [...new Set(elements)].filter(element => !plain.includes(element)),
    [],
  );
});

test('is for visitors: no code, and one quiet link to what its owner needs', () => {
  const html = renderPage({ snapshot, history, publicUrl });
  assert.doesNotMatch(html, /<pre|<code|card\.svg|widget\.js/);
  assert.equal(html.match(/href="page\?builder"/g)?.length, 1);
});

test('a link to it that somebody shares says title and numbers', () => {
  const elements = readElements(renderPage({ snapshot, history, publicUrl }));
  const content = (property: string) =>
    elements.find(({ attributes }) => attributes.property === property)?.attributes.content;
  assert.equal(content('og:title'), `${snapshot.workout_counts.total_workouts} workouts · Peloton stats`);
  assert.match(content('og:description') ?? '', /^\d+ workouts as of Nov 22, 2026, current streak 31 weeks, /);
  assert.equal(content('og:url'), `${publicUrl}/api/page`);
});

test('in a frame it is the stats alone, in colours and with parts of their own', () => {
  const drawFrame = (query: string) =>
    draw({ snapshot, history, publicUrl, embed: readQuery(new URLSearchParams(query)) });
  const { html, policy } = drawFrame('theme=dark&accent=0af&title=Mine&hide=total,date');
  assert.doesNotMatch(html, /<a |<footer|<dt>workouts|<time/);
  assert.match(html, /<html lang="en" class="embed dark">.*--accent:#00aaff.*<h1>Mine<\/h1>.*weeks in a row/s);
  assert.match(policy, /frame-ancestors \* file:$/, 'a file that is opened by a double click is no host');
  assert.doesNotMatch(drawFrame('hide=streaks,disciplines').html, /in a row|<h2 id="disciplines"/);
});

test('in a frame it says that the stats are away', () => {
  const embed = readQuery(new URLSearchParams());
  assert.match(
    renderPage({ snapshot: undefined, history: [], publicUrl, isAway: true, embed }),
    /Stats unavailable\. They come back by themselves\./,
  );
});

test('takes the address as it is, without letting it escape', () => {
  const html = renderPage({ snapshot: undefined, history: [], publicUrl: 'https://x.example/$&"\'<b>' });
  assert.ok(html.includes('href="https://x.example/$&amp;&quot;&#39;&lt;b&gt;/api/page"'));
  assert.doesNotMatch(html, /<b>/);
});

test('before the first sync it says so', () => {
  const html = renderPage({ snapshot: undefined, history: [], publicUrl });
  assert.match(html, /No stats yet\. They appear here after the first sync\./);
  assert.match(html, /Is this page yours\?.*<a href="health">/s, 'its owner learns where a failure is told');
  assert.doesNotMatch(html, /undefined|NaN/);
});

test('after the first sync it says what is still to come', () => {
  const first = history.slice(0, 1);
  const html = renderPage({ snapshot: sampleSnapshot(first), history: first, publicUrl });
  assert.match(html, /The days show from the second sync on\./);
  assert.doesNotMatch(html, /undefined|NaN|Last \d+ days?</);
});

test('leaves away what Peloton did not send', () => {
  const { streaks: _, personal_records: __, achievements: ___, ...bare } = snapshot;
  const html = renderPage({ snapshot: bare, history, publicUrl });
  assert.doesNotMatch(html, /undefined|NaN|in a row|Personal records|Achievements/);
});

test('shows twelve achievements at once and the others on demand', () => {
  const achievements = Array.from({ length: 40 }, (_, index) => ({ name: `Feat ${index}`, slug: `feat_${index}` }));
  const html = renderPage({ snapshot: { ...snapshot, achievements }, history, publicUrl });
  assert.match(html, /Feat 11<\/b>.*<summary>28 more<\/summary>.*Feat 12<\/b>/s);
});

test('every label points to something, once', () => {
  const elements = readElements(renderPage({ snapshot, history, publicUrl }));
  const ids = elements.flatMap(({ attributes }) => attributes.id ?? []);
  assert.equal(new Set(ids).size, ids.length);
  for (const { attributes } of elements) {
    if (attributes['aria-labelledby'] !== undefined) assert.ok(ids.includes(attributes['aria-labelledby']));
  }
});

test('a full year is a light page', () => {
  assert.ok(brotliCompressSync(renderPage({ snapshot, history, publicUrl })).length < 16_000);
});
