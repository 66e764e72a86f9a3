// <peloton-stats src="…/api/stats">: the stats as real text and a real table on any site. Its children are shown until the
// numbers are there, and stay when they do not come. It needs no inline style and no inline script, and sends no cookie.

const maxRows = 6;
const timeoutMs = 10_000;

const style = new CSSStyleSheet();
style.replaceSync(`
:host { display: block; line-height: 1.5; font-variant-numeric: tabular-nums }
:host([hidden]) { display: none }
[part=card] {
  box-sizing: border-box; min-height: inherit; padding: 1.25em; display: flex; flex-direction: column; gap: .75em;
  color: var(--peloton-stats-ink, inherit); background: var(--peloton-stats-background, none);
  border: 1px solid var(--peloton-stats-line, color-mix(in srgb, currentColor 18%, transparent)); border-radius: var(--peloton-stats-radius, .6em)
}
[part=header] { display: flex; justify-content: space-between; align-items: end; gap: 1em; white-space: nowrap }
p { margin: 0; min-width: 0; overflow: hidden; text-overflow: ellipsis }
[part=total] { flex: none; max-width: 70% }
[part=streak] { text-align: end }
[part=total-number] { display: block; font-size: 2.5em; line-height: 1.1; letter-spacing: -.02em }
[part=best], [part=as-of], [part=label] { font-size: .875em; color: var(--peloton-stats-muted, inherit) }
[part=best] { display: block }
[part=as-of] { margin-block-start: auto; white-space: nowrap }
table { width: 100%; table-layout: fixed; border-collapse: collapse }
th, td { padding: 0; height: 1.9em; text-align: start; font-weight: inherit; white-space: nowrap; overflow: hidden; text-overflow: ellipsis }
thead th { height: 0 }
th:first-child { width: 45% }
td:last-child, th:last-child { width: 5.5em; text-align: end; font-weight: 600 }
svg { display: block; width: 100%; height: .25em; border-radius: .125em; color: var(--peloton-stats-accent, #c9571c); background: var(--peloton-stats-track, color-mix(in srgb, currentColor 14%, transparent)) }
.heard { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
`);

/** @typedef {{ name: string, count: number }} Workout */
/** @typedef {{ date: string, workout_counts: { total_workouts: number, workouts: Workout[] }, streaks?: { current_weekly?: number, best_weekly?: number } }} Stats */

class PelotonStats extends HTMLElement {
  static observedAttributes = ['src', 'lang'];

  #root = this.attachShadow({ mode: 'open' });
  /** @type {AbortController | undefined} */
  #running;

  connectedCallback() {
    this.#root.adoptedStyleSheets = [style];
    this.#load();
  }

  disconnectedCallback() {
    this.#running?.abort();
    this.#running = undefined;
  }

  /** @param {string} _name @param {string | null} before @param {string | null} after */
  attributeChangedCallback(_name, before, after) {
    if (this.#running !== undefined && before !== after) this.#load();
  }

  async #load() {
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    if (this.#root.firstChild === null) this.#root.replaceChildren(document.createElement('slot'));
    try {
      const stats = await fetchStats(
        this.getAttribute('src') ?? new URL('stats', import.meta.url).href,
        running.signal,
      );
      this.#root.replaceChildren(renderCard(stats, readLocale(this)));
      this.#tell('peloton-stats-loaded', stats);
    } catch (error) {
      if (running.signal.aborted) return;
      this.#root.replaceChildren(document.createElement('slot'));
      this.#tell('peloton-stats-failed', error);
    }
  }

  /** @param {string} type @param {unknown} detail */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

/** @param {string} src @param {AbortSignal} signal @returns {Promise<Stats>} */
async function fetchStats(src, signal) {
  const response = await fetch(src, {
    credentials: 'omit',
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  });
  if (!response.ok) throw new Error(`The stats answered with status ${response.status}`);
  const stats = await response.json();
  signal.throwIfAborted();
  if (!isStats(stats)) throw new TypeError('The answer is not a snapshot of stats');
  return stats;
}

/** @param {any} value @returns {value is Stats} */
function isStats(value) {
  const counts = value?.workout_counts;
  return (
    Number.isFinite(counts?.total_workouts) &&
    Array.isArray(counts.workouts) &&
    counts.workouts.every(
      (/** @type {any} */ workout) => typeof workout?.name === 'string' && Number.isFinite(workout.count),
    ) &&
    typeof value.date === 'string' &&
    !Number.isNaN(Date.parse(value.date))
  );
}

/** The language of the place where the element stands. @param {Element} element */
function readLocale(element) {
  const closest = element.closest('[lang]')?.getAttribute('lang') || document.documentElement.lang;
  try {
    return Intl.getCanonicalLocales(closest || [])[0];
  } catch {
    return undefined; // not a language tag: the reader's own language is as good
  }
}

/** @param {Stats} stats @param {string | undefined} locale */
function renderCard({ date, workout_counts, streaks }, locale) {
  const numbers = new Intl.NumberFormat(locale);
  const large = new Intl.NumberFormat(locale, { notation: 'compact', maximumSignificantDigits: 3 });
  // A number that is cut to its room is another number.
  const say = (/** @type {number} */ value) => (value < 1e6 ? numbers : large).format(value);
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(Date.parse(date));
  const { total_workouts, workouts } = workout_counts;
  const total = make('p', { part: 'total' }, [
    make('b', { part: 'total-number' }, [say(total_workouts)]),
    make('span', { part: 'label' }, [pluralize(total_workouts, 'Peloton workout')]),
  ]);
  const current = streaks?.current_weekly;
  const best = streaks?.best_weekly;
  const streak = make('p', { part: 'streak' }, [
    ...(current === undefined ? [] : [make('b', {}, [say(current)]), pluralize(current, ' week'), ' in a row']),
    ...(best === undefined ? [] : [make('span', { part: 'best' }, ['best ', say(best)])]),
  ]);
  return make('section', { part: 'card', lang: 'en', 'aria-label': 'Peloton stats' }, [
    make('div', { part: 'header' }, [total, streak]),
    renderTable(workouts, say),
    make('p', { part: 'as-of' }, ['as of ', make('time', { datetime: date, ...(locale && { lang: locale }) }, [day])]),
  ]);
}

/** @param {Workout[]} workouts @param {(value: number) => string} say */
function renderTable(workouts, say) {
  const done = workouts.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
  const most = done[0]?.count ?? 1;
  const rows = done.length > maxRows ? done.slice(0, maxRows - 1) : done;
  const others = done.slice(rows.length);
  if (others.length > 0)
    rows.push({ name: `${say(others.length)} more`, count: others.reduce((sum, { count }) => sum + count, 0) });
  const heading = make('tr', {}, [
    ...['Discipline', 'Share', 'Workouts'].map(text =>
      make('th', { scope: 'col' }, [make('span', { class: 'heard' }, [text])]),
    ),
  ]);
  return make('table', { part: 'table' }, [
    make('caption', { class: 'heard' }, ['Workouts by discipline']),
    make('thead', {}, [heading]),
    make(
      'tbody',
      {},
      rows.map(row => renderRow(row, Math.min(1, row.count / most), say(row.count))),
    ),
  ]);
}

/** @param {Workout} workout @param {number} share @param {string} count */
function renderRow({ name }, share, count) {
  return make('tr', { part: 'row' }, [
    make('th', { scope: 'row', part: 'name' }, [make('bdi', {}, [name])]),
    make('td', { part: 'bar' }, [drawBar(share)]),
    make('td', { part: 'count' }, [count]),
  ]);
}

/** @param {number} share */
function drawBar(share) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const bar = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  svg.setAttribute('aria-hidden', 'true');
  bar.setAttribute('width', `${share * 100}%`);
  bar.setAttribute('height', '100%');
  bar.setAttribute('fill', 'currentColor');
  svg.append(bar);
  return svg;
}

/** @param {number} count @param {string} noun */
function pluralize(count, noun) {
  return count === 1 ? noun : `${noun}s`;
}

/** @param {string} name @param {Record<string, string>} attributes @param {(Node | string)[]} children */
function make(name, attributes, children) {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  element.append(...children);
  return element;
}

if (!customElements.get('peloton-stats')) customElements.define('peloton-stats', PelotonStats);
