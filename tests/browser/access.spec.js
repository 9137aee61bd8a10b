import { SMALL, small } from './app.js';
import { expect, test } from './fixtures.js';
import { PAIR, look, serious } from './look.js';

/** What a run changes of the page. */
const RUN = ['tp-run-bar', 'tp-main'];

test('the check sees a fault that is planted inside the element', async ({ app }) => {
  await app.open();
  await app.page.evaluate(() => {
    const button = document.createElement('button');
    button.type = 'button';
    document.querySelector('tuning-playground')?.shadowRoot?.querySelector('#main')?.append(button);
  });
  expect((await serious(app)).join()).toContain('button-name');
  expect((await serious(app, RUN)).join()).toContain('button-name');
});

test('A1 nothing serious before a run, in the benchmark, and after a run', async ({ app, backend }) => {
  await app.open();
  await look(app, 'idle');
  await app.page.setViewportSize({ width: 1440, height: 900 });
  await app.page.getByTestId('backend').click();
  await look(app, 'benchmark', PAIR, ['tp-bench']);
  await app.page.keyboard.press('Escape');
  await app.result(SMALL, backend);
  await look(app, 'finished', undefined, RUN);
});

test('A1 nothing serious during a run', async ({ app, backend, site }) => {
  // One Worker leaves a core to what looks.
  site.prelude = `if (typeof document !== 'undefined')
    Object.defineProperty(navigator, 'hardwareConcurrency', { value: 1, configurable: true });`;
  await app.open();
  await app.start(small({ fixed: { epochs: 2000 }, trials: 24 }), backend);
  await app.steps(1);
  await look(app, 'running', PAIR, RUN);
  await app.call('stop');
  expect((await app.outcome()).problem).toBeNull();
});
