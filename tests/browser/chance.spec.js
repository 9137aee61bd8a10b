import { readdirSync } from 'node:fs';
import { studiesOf } from '../unit/studies.js';
import { chance } from './chance.js';
import { expect, test } from './fixtures.js';

/**
 * Clicks and keys by chance: whatever a reader presses, nothing complains (fixtures.js), and afterwards a study that is
 * given trains to its end. Each campaign is made of its seed alone.
 *
 * @typedef {import('./packages.js').Page} Page
 */

/** What is pressed by itself; letters may be keys of the page. */
const KEYS = [
  ...['Enter', 'Escape', 'Tab', 'Tab', 'Tab', 'Shift+Tab', 'Space', 'ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'],
  ...['Home', 'End', 'PageUp', 'PageDown', 'Backspace', 'Delete', 'Control+z', 'Control+Shift+z', 'Control+Enter'],
  ...[
    '1',
    '2',
    '3',
    '4',
    '5',
    '.',
    'b',
    'f',
    'z',
    'l',
    'd',
    't',
    'k',
    'p',
    '/',
    '?',
    'Shift+ArrowRight',
    '0',
    '9',
    '-',
    'e',
  ],
];
/** What is typed into fields. */
const TEXTS = ['0', '-1', '1e-3', '0,05', '1.000,5', '1e400', 'NaN', '0x10', '１２', '32 .. 64', 'toString', '🂡', ' '];
/** Widths of windows, as readers have them. */
const WINDOWS = [
  { width: 1280, height: 800 },
  { width: 1000, height: 700 },
  { width: 390, height: 780 },
];

/** Places of what can be pressed in the window, the one on top of each. @param {Page} page */
const targets = (page) =>
  page.evaluate(() => {
    const all = document.querySelectorAll(
      'button, a[href^="#"], input, select, textarea, summary, [role=slider], [role=tab], [tabindex="0"], figure canvas, figure svg',
    );
    /** @type {{x: number, y: number}[]} */ const places = [];
    for (const one of all) {
      // What opens a window of the system's, or leaves the page, is not the page's own.
      if (one.matches('input[type=file], input[type=color], [download], [target]')) continue;
      const { left, top, width, height } = one.getBoundingClientRect();
      if (width < 2 || height < 2 || left < 0 || top < 0) continue;
      if (left + width / 2 > innerWidth || top + height / 2 > innerHeight) continue;
      places.push({ x: left + width / 2, y: top + height / 2 });
    }
    return places;
  });

/**
 * One act. @param {Page} page @param {() => number} random @returns {Promise<void>}
 */
async function act(page, random) {
  const one = (/** @type {any[]} */ all) => all[Math.floor(random() * all.length)];
  const kind = random();
  if (kind < 0.55) {
    const places = await targets(page);
    if (!places.length) return;
    const { x, y } = one(places);
    await page.mouse.click(x, y);
  } else if (kind < 0.62) {
    const { width, height } = page.viewportSize() ?? WINDOWS[0];
    await page.mouse.move(random() * width, random() * height);
    await page.mouse.down();
    await page.mouse.move(random() * width, random() * height, { steps: 3 });
    await page.mouse.up();
  } else if (kind < 0.66) {
    await page.mouse.wheel(0, (random() - 0.5) * 1600);
  } else if (kind < 0.72) {
    await page.keyboard.type(one(TEXTS));
  } else {
    await page.keyboard.press(one(KEYS));
  }
}

/** A small study, whose training shows that the page still does what it is for. */
const STUDY = {
  format: 'tuning-playground/study@1',
  dataset: { name: 'moons', samples: 60 },
  fixed: { hidden: [4], epochs: 2 },
  space: { learning_rate: { type: 'float', low: 0.001, high: 0.1, log: true } },
  trials: 3,
};

/** Where a campaign begins: every view and every lesson, beside a run that has ended. */
const PLACES = [
  ...['sweep', 'trials', 'decide', 'landscape', 'race', 'map', 'model'].map((view) => ({ view, hash: '' })),
  ...readdirSync(new URL('../../www/src/views/lesson/lessons', import.meta.url))
    .sort()
    .map((lesson) => ({ view: 'sweep', hash: `#v=1&lesson=${lesson}` })),
];
/** Clicks and keys of a campaign. */
const ACTS = 2500;
const CAMPAIGNS = 40;

for (const [name, seeds, most, ms] of /** @type {[string, number[], number, number][]} */ ([
  ['E2 a hundred clicks and keys', [1], 100, 10_000],
  ...Array.from({ length: CAMPAIGNS / 4 }, (_, part) => [
    `E2 clicks and keys ${4 * part * ACTS} to ${4 * (part + 1) * ACTS} @soak`,
    Array.from({ length: 4 }, (_, k) => 2 + 4 * part + k),
    ACTS,
    Infinity,
  ]),
])) {
  test(`${name} by chance leave a page that trains`, async ({ app, page }) => {
    test.setTimeout(ms === Infinity ? 60 * 60_000 : 60_000);
    page.on('dialog', (dialog) => void dialog.dismiss().catch(() => {}));
    page.context().on('page', (other) => void other.close().catch(() => {}));
    for (const seed of seeds) {
      const random = chance(seed);
      const { view, hash } = PLACES[(seed - 1) % PLACES.length];
      await page.setViewportSize(WINDOWS[seed % WINDOWS.length]);
      // Only another path opens the page anew: what stands behind # is a link that it takes by itself.
      await page.goto('about:blank');
      await app.open(hash);
      await app.set({ lang: seed % 2 ? 'ko' : 'en', theme: 'light', view });
      if (ms === Infinity && !hash) await app.result(STUDY, 'cpu');
      const begun = Date.now();
      let acts = 0;
      for (; acts < most && Date.now() - begun < ms; acts++) {
        await act(page, random);
        // A run of the size that chance asked for may take long: what is held here is the page.
        if (acts % 250 === 249) await app.call('stop');
      }
      await app.call('stop');
      for (let k = 0; k < 4; k++) await page.keyboard.press('Escape');
      const { trials } = await app.result(STUDY, 'cpu');
      expect(
        trials.map((/** @type {any} */ { state }) => state),
        `seed ${seed} from ${hash || view}, ${acts} acts`,
      ).toEqual(Array(3).fill('complete'));
    }
  });
}

const MESSAGE = 'tuning-playground/message@1';
const VERBS = [
  'run',
  'pause',
  'resume',
  'stop',
  'openTest',
  'get',
  'study',
  'recorded',
  'view',
  'theme',
  'lang',
  'backend',
];
const WORDS = [
  'sweep',
  'race',
  'model',
  'nowhere',
  'dark',
  'auto',
  'ko',
  'xx',
  'cpu',
  'result',
  'study',
  '',
  '{"format":',
];

/** What somebody says to a frame. @param {() => number} random @param {() => any} study */
function said(random, study) {
  const one = (/** @type {any[]} */ all) => all[Math.floor(random() * all.length)];
  const value = () =>
    one([undefined, one(WORDS), one(WORDS), study(), JSON.stringify(study()), 0, 2, -1, null, [], { a: 1 }]);
  const verb = one([...VERBS, 'study', 'run', 'controls', 'constructor']);
  const fits = {
    run: undefined,
    pause: undefined,
    resume: undefined,
    stop: undefined,
    study: study(),
    get: one(WORDS),
  };
  const given = random() < 0.6 && Object.hasOwn(fits, verb) ? /** @type {any} */ (fits)[verb] : value();
  return { format: random() < 0.97 ? MESSAGE : one(WORDS), do: verb, value: given, ...(random() < 0.5 && { id: 7 }) };
}

for (const [name, seed, messages] of /** @type {[string, number, number][]} */ ([
  ['a hundred messages', 1, 100],
  ['3,000 messages @soak', 2, 3000],
])) {
  test(`S4 ${name} by chance leave a frame that trains`, async ({ page, site, otherSite }) => {
    test.setTimeout(messages > 500 ? 15 * 60_000 : 60_000);
    const url = `${site.url}embed.html#v=1&lang=en`;
    otherSite.pages.set(
      '/said.html',
      `<!doctype html><html lang="en"><head><title>Host</title><link rel="icon" href="data:,">
        <script>addEventListener('message', ({ data }) => void (window.isReady ||= data.event === 'ready'));</script>
        </head><body><iframe src="${url}" title="frame" style="width:640px;height:420px"></iframe></body></html>`,
    );
    await page.goto(`${otherSite.origin}/said.html`);
    await page.waitForFunction(() => /** @type {any} */ (window).isReady);
    const random = chance(seed);
    const study = studiesOf(seed);
    for (let sent = 0; sent < messages; sent += 25) {
      const some = Array.from({ length: 25 }, () => said(random, study));
      await page.evaluate(async (all) => {
        const to = /** @type {any} */ (document.querySelector('iframe')?.contentWindow);
        for (const one of all) to.postMessage(one, '*');
        await new Promise((resolve) => void setTimeout(resolve, 20));
      }, some);
    }
    const states = await page.evaluate(async ([format, study]) => {
      const to = /** @type {any} */ (document.querySelector('iframe')?.contentWindow);
      const answer = new Promise((resolve) => {
        addEventListener('message', ({ data }) => data.id === 'last' && resolve(data.detail?.trials ?? data.detail));
      });
      for (const more of [{ do: 'stop' }, { do: 'backend', value: 'cpu' }, { do: 'study', value: study }])
        to.postMessage({ format, ...more }, '*');
      to.postMessage({ format, do: 'run', id: 'last' }, '*');
      const trials = /** @type {any} */ (await answer);
      return Array.isArray(trials) ? trials.map(({ state }) => state) : trials;
    }, /** @type {[string, any]} */ ([MESSAGE, STUDY]));
    expect(states).toEqual(Array(3).fill('complete'));
  });
}
