import { save, saved } from '../platform/saved.js';
import { defineCommand } from './command.js';
import { focusSoon, opened, unfold } from './focus.js';

/**
 * @typedef {import('../study/types.js').Language} Language
 * @typedef {import('../study/types.js').Theme} Theme
 * @typedef {import('./command.js').On} On
 */

const KEYS_KEY = 'tuning-playground.keys';

const ROWS_KEY = 'tuning-playground.rows';

const COLUMNS_KEY = 'tuning-playground.columns';

/** Columns of the trial table as they were chosen in an earlier visit. @returns {Record<string, boolean>} */
function columnsSaved() {
  try {
    const kept = Object.entries(JSON.parse(saved(COLUMNS_KEY) ?? '{}'));
    return Object.fromEntries(kept.filter(([, shown]) => typeof shown === 'boolean'));
  } catch {
    return {};
  }
}

const allRowsSaved = () => saved(ROWS_KEY) === 'all';
const singleKeysSaved = () => saved(KEYS_KEY) !== 'off';

/** Language, theme, size, and what is open. */
export const LOOK = {
  table: defineCommand({
    keys: [{ press: 't' }],
    act: ({ page }) => {
      // The figure that has the focus, else the first of the view.
      const own = page.shadowRoot?.activeElement?.closest('figure.fig')?.parentElement;
      const first = page.renderRoot.querySelector('#view figure.fig')?.parentElement;
      /** @type {any} */ (own ?? first)?.toggleTable();
    },
  }),
  dark: defineCommand({
    keys: [{ press: 'd' }],
    act: ({ store, perform }) => perform('theme', store.dark ? 'light' : 'dark'),
  }),
  search: defineCommand({
    keys: [{ press: '/' }],
    act: (on) => {
      unfold(on);
      focusSoon(on, '[data-testid="search-rows"]');
    },
  }),
  keys: defineCommand({
    keys: [{ press: '?', detail: true }],
    act: (on, /** @type {boolean} */ shown) => opened(on, 'keys', () => on.slices.look.put({ keysShown: shown })),
  }),
  single_keys: defineCommand({
    act: ({ slices }, /** @type {boolean} */ on) => {
      save(KEYS_KEY, on ? 'on' : 'off');
      slices.look.put({ singleKeys: on });
    },
  }),

  /** Whether the panel shows every setting. */
  all_rows: defineCommand({
    act: ({ perform }, /** @type {boolean} */ all) => {
      save(ROWS_KEY, all ? 'all' : 'few');
      perform('show_rows', all ? 'all' : 'few');
    },
  }),
  /** What a link says of it; null leaves it to what the reader chose. */
  show_rows: defineCommand({
    act: ({ slices }, /** @type {'all' | 'few' | null} */ rows) =>
      slices.look.put({ allRows: rows === null ? allRowsSaved() : rows === 'all' }, 'study'),
  }),

  /** What is shown of the search. */
  decide: defineCommand({ act: ({ slices }, /** @type {string} */ words) => slices.look.put({ decide: words }) }),

  /** Shows a column of the trial table or puts it away, in later visits, too. */
  table_column: defineCommand({
    act: ({ store, slices }, /** @type {{key: string, shown: boolean}} */ { key, shown }) => {
      const columns = { ...store.columns, [key]: shown };
      save(COLUMNS_KEY, JSON.stringify(columns));
      slices.look.put({ columns });
    },
  }),
  /** What colours the response surface and the loss curves; null for the score. Links say so. */
  color_by: defineCommand({
    act: ({ slices }, /** @type {{measure?: string | null, curveColor?: string | null}} */ colors) =>
      slices.look.put(colors, 'trials', 'selection'),
  }),

  // What the reader chooses is kept, and stands in links.
  language: defineCommand({ act: ({ page }, /** @type {Language} */ language) => page.choose('lang', language) }),
  theme: defineCommand({ act: ({ page }, /** @type {Theme} */ theme) => page.choose('theme', theme) }),
  scale: defineCommand({ act: ({ page }, /** @type {number} */ scale) => page.choose('scale', scale) }),

  // What the element is told, by the reader's choice, by a link or by the page around it.
  show_language: defineCommand({
    act: ({ store, slices }, /** @type {Language} */ lang) => {
      // What was spoken was spoken in the other one.
      if (lang !== store.lang) slices.messages.spoken = '';
      slices.look.put({ lang }, 'study', 'run', 'trials', 'selection', 'notices', 'test');
    },
  }),
  show_theme: defineCommand({ act: ({ slices }, /** @type {Theme} */ theme) => slices.look.put({ theme }) }),
  show_scale: defineCommand({
    act: ({ slices }, /** @type {number} */ scale) => slices.look.put({ scale }, 'trials', 'selection', 'run'),
  }),
  darken: defineCommand({
    act: ({ slices }, /** @type {boolean} */ dark) => slices.look.put({ dark }, 'trials', 'selection'),
  }),
  /** Whether this is the page itself, and whether keys act that are pressed alone. */
  stand: defineCommand({
    act: ({ slices }, /** @type {boolean} */ whole) => {
      slices.look.put({ whole, singleKeys: singleKeysSaved(), allRows: allRowsSaved(), columns: columnsSaved() });
      slices.shelf.keeps = whole;
    },
  }),

  /** The tab at a place, counted from 0. */
  tab: defineCommand({
    keys: [0, 1, 2, 3, 4, 5, 6].map((at) => ({ press: String(at + 1), detail: at })),
    act: ({ page }, /** @type {number} */ at) =>
      /** @type {HTMLElement | undefined} */ (page.renderRoot.querySelectorAll('.tabs [role=tab]')[at])?.click(),
  }),
  view: defineCommand({ act: ({ slices }, /** @type {string} */ view) => slices.look.visit({ view }) }),
  sheet: defineCommand({
    act: (on, /** @type {boolean} */ sheet) => {
      on.slices.look.put({ sheet }, 'test', 'study');
      focusSoon(on, sheet ? '#study .close .ib' : '[data-testid="open-study"]');
    },
  }),
  drawer: defineCommand({
    when: (store, /** @type {boolean} */ _) => !store.locks.has('test'),
    act: (on, /** @type {boolean} */ drawer) =>
      opened(on, 'test', () => {
        on.slices.look.put({ drawer }, 'test', 'study');
        focusSoon(on, drawer ? '#test-drawer .bar .ib' : '[data-testid="test-lock"]');
      }),
  }),
  /** Opens a lesson at a step, or the list of them, and closes it. */
  lesson: defineCommand({
    keys: [{ press: 'l' }],
    when: (store) => store.whole,
    act: (on, /** @type {string | undefined} */ words = on.store.lesson ? '' : 'path') =>
      opened(on, 'lesson', () => {
        on.slices.look.visit({ lesson: words });
        focusSoon(on, words ? '#lesson-title' : '[data-testid="lessons"]');
      }),
  }),
  /** What a link says of it, or the history. */
  lesson_from: defineCommand({
    act: (on, /** @type {string} */ lesson) => opened(on, 'lesson', () => on.slices.look.put({ lesson })),
  }),
  show_curves: defineCommand({
    act: ({ slices, page }) => {
      slices.messages.dismiss('all_diverged');
      page.renderRoot.querySelector('tp-curves')?.scrollIntoView({ block: 'nearest' });
    },
  }),
};
