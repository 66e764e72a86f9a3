// <peloton-stats src="…/api/stats">: the stats as real text and a real table on any site. Its children are shown until the
// numbers are there, and stay when they do not come. It needs no inline style and no inline script, and sends no cookie.
// Whatever happens to the element, numbers that are drawn stay until there are newer ones.

import { readOptions } from '../options.ts';
import { fetchAnswer } from './fetch-stats.js';
import { renderCard, viewOf } from './render-card.js';
import { renderStyle } from './style.js';

/** The attributes that have a property of their own; `lang` is every element's. */
const mirrored = ['src', 'view', 'year', 'theme', 'heading', 'accent', 'hide'];
const retryMs = 60_000;

// Without a DOM, where a bundler renders on a server, the module does nothing.
const Base = globalThis.HTMLElement ?? class {};

class PelotonStats extends Base {
  static observedAttributes = [...mirrored, 'lang'];

  #root = this.attachShadow({ mode: 'open' });
  /** The answer that is drawn and where it comes from. @type {{ src: string } & import('./fetch-stats.js').Answer | undefined} */
  #shown;
  /** @type {AbortController | undefined} */
  #running;
  #askedAt = Number.NEGATIVE_INFINITY;
  #freshMs = 0;
  /** Ends what watches the document. */
  #watching = new AbortController();
  /** What the drawing was made by: the language and the attributes. */
  #drawnBy = '';

  constructor() {
    super();
    this.#root.append(this.ownerDocument.createElement('slot'));
    for (const name of mirrored) {
      if (!Object.hasOwn(this, name)) continue;
      const value = Reflect.get(this, name); // set before the script arrived
      Reflect.deleteProperty(this, name);
      Reflect.set(this, name, value);
    }
  }

  connectedCallback() {
    this.#watch();
    this.#draw();
    this.#refresh();
  }

  disconnectedCallback() {
    this.#watching.abort();
    // A move takes the element out and puts it in again at once: what is under way then goes on.
    queueMicrotask(() => {
      if (!this.isConnected) this.#running?.abort();
    });
  }

  adoptedCallback() {
    this.#drawnBy = ''; // the style sheet belongs to the document that the element has left
  }

  connectedMoveCallback() {
    this.#draw();
  }

  /** @param {string} name @param {string | null} before @param {string | null} after */
  attributeChangedCallback(name, before, after) {
    if (before === after || !this.isConnected) return;
    if (['src', 'view', 'year'].includes(name)) this.#load();
    else this.#draw();
  }

  get #options() {
    return readOptions(name => this.getAttribute(name === 'title' ? 'heading' : name));
  }

  get #src() {
    return this.getAttribute('src') ?? new URL('stats', import.meta.url).href;
  }

  #watch() {
    const { ownerDocument } = this;
    this.#watching = new AbortController();
    const { signal } = this.#watching;
    ownerDocument.addEventListener('visibilitychange', () => this.#refresh(), { signal });
    ownerDocument.defaultView?.addEventListener('pageshow', () => this.#refresh(), { signal });
    const observer = new MutationObserver(() => this.#draw());
    observer.observe(ownerDocument, { subtree: true, attributeFilter: ['lang'] });
    signal.addEventListener('abort', () => observer.disconnect());
  }

  /** Asks where there is nothing yet, and again when somebody sees the element and what it has is no longer fresh. */
  #refresh() {
    const age = Date.now() - this.#askedAt;
    const isFresh = age >= 0 && age < this.#freshMs;
    const isUnseen = this.#shown !== undefined && this.ownerDocument.visibilityState === 'hidden';
    if (this.#running || isFresh || isUnseen) return;
    this.#load();
  }

  async #load() {
    this.#running?.abort();
    const running = new AbortController();
    const src = this.#src;
    this.#running = running;
    this.#askedAt = Date.now();
    try {
      const answer = await fetchAnswer(src, this.#options, running.signal);
      this.#shown = { src, ...answer };
      this.#freshMs = answer.maxAgeMs;
      this.#drawnBy = '';
      this.#draw();
      this.#tell('peloton-stats-loaded', answer.stats);
    } catch (error) {
      this.#freshMs = running.signal.aborted ? 0 : retryMs;
      if (running.signal.aborted) return;
      if (this.#shown?.src !== src) this.#shown = undefined;
      this.#drawnBy = '';
      this.#draw();
      this.#tell('peloton-stats-failed', error);
    } finally {
      if (this.#running === running) this.#running = undefined;
    }
  }

  /** Draws what there is, where language or attributes are others than before. */
  #draw() {
    const locale = readLocale(this);
    const attributes = mirrored.map(name => this.getAttribute(name));
    const drawnBy = JSON.stringify([locale, ...attributes]);
    if (drawnBy === this.#drawnBy) return;
    this.#drawnBy = drawnBy;
    const asked = this.#options;
    const options = this.#shown ? { ...asked, view: viewOf(this.#shown, asked) } : asked;
    const { ownerDocument } = this;
    const view = ownerDocument.defaultView;
    const card = this.#shown && renderCard(ownerDocument, this.#shown, { ...options, lang: locale });
    if (view !== null && 'adoptedStyleSheets' in this.#root) {
      // A sheet belongs to one document; another document's shadow root refuses it.
      const sheet = new view.CSSStyleSheet();
      sheet.replaceSync(renderStyle(options, card?.querySelector('[part=total-number]')?.textContent));
      this.#root.adoptedStyleSheets = [sheet];
    }
    this.#root.replaceChildren(card ?? ownerDocument.createElement('slot'));
  }

  /** @param {string} type @param {unknown} detail */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

for (const name of mirrored) {
  Object.defineProperty(PelotonStats.prototype, name, {
    configurable: true,
    enumerable: true,
    /** @this {HTMLElement} */
    get() {
      return this.getAttribute(name) ?? '';
    },
    /** @this {HTMLElement} @param {unknown} value */
    set(value) {
      if (value === null || value === undefined) this.removeAttribute(name);
      else this.setAttribute(name, String(value));
    },
  });
}

/** The language of the place where the element stands, out of every shadow root. @param {Element} element */
function readLocale(element) {
  /** @type {Element | null} */
  let place = element;
  /** @type {string | null | undefined} */
  let lang;
  while (place && !lang) {
    lang = place.closest('[lang]')?.getAttribute('lang');
    const root = place.getRootNode();
    place = 'host' in root ? /** @type {Element} */ (root.host) : null;
  }
  try {
    return Intl.getCanonicalLocales(lang || [])[0];
  } catch {
    return undefined; // not a language tag: the reader's own language is as good
  }
}

if (globalThis.customElements && !customElements.get('peloton-stats')) {
  customElements.define('peloton-stats', PelotonStats);
}
