import { SMALL, small } from './app.js';
import { expect, test } from './fixtures.js';
import { settled } from './look.js';

test('the element works on a page of another origin', async ({ app, backend, site, otherSite }) => {
  otherSite.pages.set(
    '/article.html',
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Article</title><link rel="icon" href="data:,">
    <script type="module" src="${site.url}tuning-playground.js"></script></head>
    <body><h1>Article</h1><tuning-playground style="height:600px"></tuning-playground></body></html>`,
  );
  await app.page.goto(`${otherSite.origin}/article.html`);
  await app.defined();
  expect(await app.get('study')).toMatchObject({ dataset: { name: 'digits' } });
  expect((await app.result(SMALL, backend)).trials).toHaveLength(8);
});

test('the page and other sites load the same file', async ({ app }) => {
  /** @type {string[]} */
  const scripts = [];
  app.page.on(
    'request',
    (/** @type {any} */ request) =>
      void (request.resourceType() === 'script' && scripts.push(new URL(request.url()).pathname)),
  );
  await app.open();
  expect(scripts.filter((path) => path.endsWith('/tuning-playground.js'))).toHaveLength(1);
});

test('where Workers are forbidden the engine runs on the page itself', async ({ app, backend }) => {
  await app.page.addInitScript(() => {
    /** @type {any} */ (globalThis).Worker = class {
      constructor() {
        throw new DOMException('refused', 'SecurityError');
      }
    };
  });
  await app.open();
  expect((await app.result(SMALL, backend)).trials).toHaveLength(8);
});

/**
 * A page of a host with the element in it.
 * @param {string} url of the element's script
 * @param {string} [style] of the host's body
 * @param {string} [more]
 */
const host = (
  url,
  style = '',
  more = '',
) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Host</title><link rel="icon" href="data:,">
  <script type="module" src="${url}tuning-playground.js"></script><style>body { margin: 8px; ${style} }</style></head>
  <body><div id="here"><tuning-playground style="width:900px;height:600px"></tuning-playground></div>
  <div id="there"></div>${more}</body></html>`;

/**
 * Opens a host's page.
 * @param {import('./app.js').App} app
 * @param {import('./serve.js').Site} otherSite
 * @param {string} page
 */
async function visit(app, otherSite, page) {
  otherSite.pages.set('/host.html', page);
  await app.page.goto(`${otherSite.origin}/host.html`);
  await app.defined();
  await app.page.locator('tp-run-bar button').first().waitFor();
}

test('an element that is moved while it trains trains on, and its figures follow its size', async ({
  app,
  backend,
  site,
  otherSite,
}) => {
  await visit(app, otherSite, host(site.url));
  await app.start(small({ trials: 8, fixed: { epochs: 40 } }), backend);
  await app.steps(1);
  await app.page.evaluate(() => {
    const element = /** @type {HTMLElement} */ (document.querySelector('tuning-playground'));
    element.remove();
    document.getElementById('there')?.append(element);
    Object.assign(element.style, { width: '640px', height: '420px' });
  });
  const { result } = await app.outcome();
  expect(result.trials.map((/** @type {any} */ one) => one.state)).not.toContain('cancelled');
  /** The width of each plot, and that of what is drawn on it. */
  const widths = () =>
    app.page.evaluate(() => {
      const root = document.querySelector('tuning-playground')?.shadowRoot;
      const of = (/** @type {string} */ name) =>
        Math.round(root?.querySelector(name)?.getBoundingClientRect().width ?? 0);
      return {
        box: of('tp-curves .plot'),
        lines: of('tp-curves canvas.lines'),
        axes: of('tp-curves .chart svg'),
        strip: of('.strip') - of('.strip canvas'),
      };
    });
  await expect.poll(async () => (await widths()).box).toBeLessThan(330);
  const { box } = await widths();
  await expect.poll(widths).toEqual({ box, lines: box, axes: box, strip: 0 });
  expect((await app.result(small({ trials: 2 }), backend)).trials).toHaveLength(2);
});

test('an element that leaves its page while it trains stops and lets its Workers go', async ({
  app,
  backend,
  page,
  site,
  otherSite,
}) => {
  await visit(app, otherSite, host(site.url));
  await app.start(small({ trials: 8, fixed: { epochs: 4000 } }), backend);
  await app.steps(1);
  expect(page.workers().length).toBeGreaterThan(0);
  await page.evaluate(() => {
    const element = /** @type {any} */ (document.querySelector('tuning-playground'));
    Object.assign(window, { element });
    element.remove();
  });
  const { result, problem } = await app.outcome();
  expect(problem).toBeNull();
  expect(result.trials.map((/** @type {any} */ one) => one.state)).toContain('cancelled');
  await expect.poll(() => page.workers().length).toBe(0);
  // Back on the page it trains again; what was opened to the test set belongs to networks that are gone.
  await page.evaluate(() => document.getElementById('here')?.append(/** @type {any} */ (window).element));
  expect(
    await page.evaluate(() =>
      /** @type {any} */ (window).element.openTest(0).catch((/** @type {Error} */ error) => error.message),
    ),
  ).toContain('networks of this run are gone');
  expect((await app.result(small({ trials: 2 }), backend)).trials).toHaveLength(2);
});

test('nothing of the text of its host leaks into the element', async ({ app, page, site, otherSite }) => {
  const loud = `direction: rtl; letter-spacing: 4px; word-spacing: 9px; text-transform: uppercase;
    text-indent: 40px; text-shadow: 2px 2px red; font: italic small-caps 30px/3 serif;
    white-space: pre; text-align: center; border-collapse: collapse; cursor: wait; list-style: square;
    fill: red; stroke: red; -webkit-text-stroke: 1px red; word-break: break-all; hyphens: auto;`;
  /** What every part of the element comes out as. */
  const looks = () =>
    page.evaluate(() => {
      const root = /** @type {ShadowRoot} */ (document.querySelector('tuning-playground')?.shadowRoot);
      return [...root.querySelectorAll('.app *')]
        .filter((one) => one.checkVisibility())
        .map((one) => {
          const style = getComputedStyle(one);
          const { width, height } = one.getBoundingClientRect();
          const names = [
            'direction',
            'letterSpacing',
            'wordSpacing',
            'textTransform',
            'textIndent',
            'textShadow',
            'fontStyle',
            'fontSize',
            'lineHeight',
            'whiteSpace',
            'textAlign',
            'fill',
            'stroke',
            'cursor',
          ];
          const size = `${Math.round(width)} ${Math.round(height)}`;
          const values = names.map((name) => /** @type {any} */ (style)[name]).join(' ');
          return `${one.localName}.${one.getAttribute('class')} ${size} ${values}`;
        });
    });
  await visit(app, otherSite, host(site.url));
  await page.waitForTimeout(500);
  const plain = await looks();
  await visit(app, otherSite, host(site.url, loud));
  await page.waitForTimeout(500);
  expect(await looks()).toEqual(plain);
  expect(plain.length).toBeGreaterThan(200);
  // Who hides the element hides it.
  await page.evaluate(() => void (document.body.style.visibility = 'hidden'));
  await expect(page.getByTestId('run')).toBeHidden();
});

test('several elements on a page train each its own study', async ({ app, page, site, otherSite }) => {
  await visit(app, otherSite, host(site.url, '', '<tuning-playground id="second"></tuning-playground>'));
  const counts = await page.evaluate(async (study) => {
    const [first, second] = /** @type {any[]} */ ([...document.querySelectorAll('tuning-playground')]);
    for (const [element, trials] of [
      [first, 2],
      [second, 3],
    ])
      Object.assign(element, { backend: 'cpu', study: { ...study, trials } });
    const results = await Promise.all([first.run(), second.run()]);
    second.remove();
    return [...results.map((one) => one.trials.length), (await first.run()).trials.length];
  }, SMALL);
  expect(counts).toEqual([2, 3, 2]);
  // What a host sets before the script is there is read back at once, and trained.
  const given = { study: { ...SMALL, trials: 4 }, backend: 'cpu', scale: 1.5 };
  const early = `<tuning-playground></tuning-playground><script>
    Object.assign(document.querySelector('tuning-playground'), ${JSON.stringify(given)})</script>`;
  const head = '<meta charset="utf-8"><title>Early</title><link rel="icon" href="data:,">';
  otherSite.pages.set(
    '/early.html',
    `<!doctype html><html lang="en"><head>${head}</head><body>${early}</body></html>`,
  );
  await page.goto(`${otherSite.origin}/early.html`);
  const read = await page.evaluate(async (address) => {
    const element = /** @type {any} */ (document.querySelector('tuning-playground'));
    await import(address);
    return [element.study.trials, element.backend, element.scale, (await element.run()).trials.length];
  }, `${site.url}tuning-playground.js`);
  expect(read).toEqual([4, 'cpu', 1.5, 4]);
});

test('stop() and another study end the pending run with what there is', async ({
  app,
  page,
  backend,
  site,
  otherSite,
}) => {
  await visit(app, otherSite, host(site.url));
  for (const how of ['stop', 'study']) {
    await app.start(small({ trials: 8, fixed: { epochs: 4000 } }), backend);
    await app.steps(1);
    const kept = await page.evaluate(
      ([act, study]) => {
        const element = /** @type {any} */ (document.querySelector('tuning-playground'));
        if (act === 'stop') element.stop();
        else element.study = study;
        element.view = 'sweep';
        return [element.view, element.study.trials];
      },
      /** @type {[string, any]} */ ([how, small({ trials: 5 })]),
    );
    expect(kept).toEqual(['sweep', how === 'stop' ? 8 : 5]);
    const { result } = await app.outcome();
    expect(result.trials).toHaveLength(8);
    expect(result.trials.map((/** @type {any} */ one) => one.state)).toContain('cancelled');
  }
});

/** Sizes at which a page is read: WCAG 1.4.10, a zoom of 400 %, a phone held sideways, frames in articles. */
const LOW = /** @type {const} */ ([
  [320, 256],
  [360, 225],
  [568, 320],
  [480, 320],
  [640, 420],
  [844, 390],
  [1280, 320],
]);

test('a press on the empty figure of a frame that nobody has touched is no error', async ({ page, site }) => {
  const space = '(learning_rate:(type:float,low:0.0001,high:0.1,log:!t))';
  await page.goto(
    `${site.url}embed.html#v=1&s=(dataset:(name:moons),space:${space},fixed:(hidden:!(8)),trials:4)&view=sweep`,
  );
  const box = await page.locator('tp-surface').first().boundingBox();
  if (!box) throw new Error('the figure has no place');
  // What is pressed there runs the study, and picks no point; an error in the console fails the test.
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.click(box.x + 40, box.y + box.height / 2);
  await page.waitForTimeout(1000);
});

test('in small windows everything can be scrolled to and nothing covers it', async ({ app, page, backend }) => {
  test.setTimeout(120_000);
  // The sheet fades as a window narrows, over what is below it.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await app.open();
  await app.result(small({ trials: 4 }), backend);
  /** What cannot be reached. */
  const unreachable = () =>
    page.evaluate(() => {
      const root = /** @type {ShadowRoot} */ (document.querySelector('tuning-playground')?.shadowRoot);
      const sheet = root.querySelector('.study.open');
      const bad = [];
      for (const one of (sheet ?? root).querySelectorAll('button, input, select, [tabindex="0"]')) {
        if (one.closest('nav, dialog') || !one.checkVisibility({ visibilityProperty: true })) continue;
        one.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
        const { left, right, top, bottom } = one.getBoundingClientRect();
        const at = /** @type {const} */ ([
          Math.min(innerWidth - 1, Math.max(0, (left + right) / 2)),
          Math.min(innerHeight - 1, Math.max(0, (top + bottom) / 2)),
        ]);
        const hit = root.elementFromPoint(...at);
        if (right - left < 1 || !(hit && (one.contains(hit) || hit.contains(one))))
          bad.push(/** @type {HTMLElement} */ (one).dataset.testid ?? one.textContent);
      }
      return bad;
    });
  for (const lang of ['en', 'ko']) {
    await app.set({ lang });
    // Korean is the shorter one, except for labels in narrow windows.
    for (const [width, height] of lang === 'en' ? LOW : LOW.slice(0, 3)) {
      const where = `${width} x ${height}, ${lang}`;
      await page.setViewportSize({ width, height });
      await settled(page);
      expect.soft(await unreachable(), where).toEqual([]);
      await page.getByTestId('run').scrollIntoViewIfNeeded();
      await expect.soft(page.getByTestId('run'), where).toBeInViewport({ ratio: 1 });
      const plots = await page
        .locator('.plot')
        .evaluateAll((list) =>
          list.map((one) => one.getBoundingClientRect()).map((box) => Math.min(box.width, box.height)),
        );
      expect.soft(Math.min(...plots), where).toBeGreaterThanOrEqual(150);
      expect
        .soft(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), where)
        .toBeLessThanOrEqual(0);
      if (width >= 900) continue;
      await page.getByTestId('open-study').scrollIntoViewIfNeeded();
      await page.getByTestId('open-study').click();
      await settled(page);
      expect.soft(await unreachable(), `${where}, study`).toEqual([]);
      const cut = await page
        .locator('.study .fld label')
        .evaluateAll((list) =>
          list
            .filter((one) => one.checkVisibility() && one.scrollWidth > one.clientWidth)
            .map((one) => one.textContent),
        );
      expect.soft(cut, `${where}, cut labels`).toEqual([]);
      await page.locator('.study .close button').click();
      await expect(page.locator('.study.open')).toHaveCount(0);
      await expect(page.locator('.study')).toBeHidden();
    }
  }
});

test('what is said during a run moves no figure', async ({ app, page, backend }) => {
  await app.open();
  await app.start(small({ trials: 8, fixed: { epochs: 4000 } }), backend);
  await app.steps(1);
  // The run's own chip is there from now on.
  await expect(page.locator('.chip')).toHaveCount(1);
  await settled(page);
  const places = () =>
    page.locator('.plot').evaluateAll((list) => list.map((one) => JSON.stringify(one.getBoundingClientRect())));
  const before = await places();
  await page.evaluate(() => {
    const { store } = /** @type {any} */ (document.querySelector('tuning-playground'));
    store.reports.notify({
      id: 'told',
      kind: 'alert',
      title: 'message.device_lost',
      values: { n: 3 },
      problem: { code: 'device_resuming', detail: 'x' },
      actions: [],
    });
  });
  await expect(page.locator('[data-message=told]')).toBeVisible();
  expect(await places()).toEqual(before);
  await page.locator('[data-message=told]').getByTestId('dismiss').click();
  await app.call('stop');
});

test('on paper the figures and the table are light and whole', async ({ app, page, backend }) => {
  await app.open('#v=1&theme=dark');
  await app.result(small({ trials: 20, fixed: { epochs: 2 } }), backend);
  const pdf = await page.pdf({ format: 'A4' });
  expect((pdf.toString('latin1').match(/\/Type \/Page\b/g) ?? []).length).toBeGreaterThanOrEqual(2);
  await expect.poll(() => app.page.locator('tuning-playground').getAttribute('data-theme')).toBe('dark');
  await page.evaluate(() => void dispatchEvent(new Event('beforeprint')));
  await page.emulateMedia({ media: 'print' });
  // Parts are drawn anew in tasks of their own.
  await expect(async () => {
    const { ground, wide, rows } = await page.evaluate(() => {
      const root = /** @type {ShadowRoot} */ (document.querySelector('tuning-playground')?.shadowRoot);
      const main = /** @type {Element} */ (root.querySelector('.main'));
      return {
        ground: getComputedStyle(main).backgroundColor,
        wide: [...root.querySelectorAll('.plot')].map((one) => one.getBoundingClientRect().width),
        rows: root.querySelectorAll('tr[data-trial]').length,
      };
    });
    expect({ ground, rows }).toEqual({ ground: 'rgb(255, 255, 255)', rows: 20 });
    expect(Math.max(...wide)).toBeLessThanOrEqual(680);
  }).toPass({ timeout: 20_000 });
});

test('with forced colors the selected row and the split can be read', async ({ app, page, backend }) => {
  await app.open();
  await app.result(small({ trials: 4 }), backend);
  await expect(page.locator('tr[aria-selected=true]')).toBeVisible();
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    await page.emulateMedia({ forcedColors: 'active', colorScheme });
    const pairs = await page
      .locator('tr[aria-selected=true] td, tr[aria-selected=true] td button, .split .tr, .split .va')
      .evaluateAll((list) =>
        list.map((one) => {
          const { color, backgroundColor } = getComputedStyle(one);
          return `${color} on ${backgroundColor}`;
        }),
      );
    expect(pairs.length).toBeGreaterThan(5);
    for (const pair of pairs) expect(pair.split(' on ')[0], pair).not.toBe(pair.split(' on ')[1]);
    const [ink, ground] = await page.evaluate(() => {
      const probe = document.createElement('i');
      document.body.append(probe);
      Object.assign(probe.style, { color: 'HighlightText', backgroundColor: 'Highlight', forcedColorAdjust: 'none' });
      const { color, backgroundColor } = getComputedStyle(probe);
      probe.remove();
      return [color, backgroundColor];
    });
    expect(pairs.filter((pair) => pair === `${ink} on ${ground}`).length).toBeGreaterThan(5);
  }
});
