import { SMALL, small } from './app.js';
import { expect, test } from './fixtures.js';
import { look, serious } from './look.js';

test('the check sees a fault that is planted inside the element', async ({ app }) => {
  await app.open();
  await app.page.evaluate(() => {
    const button = document.createElement('button');
    button.type = 'button';
    document.querySelector('tuning-playground')?.shadowRoot?.querySelector('.app')?.append(button);
  });
  expect((await serious(app)).join()).toContain('button-name');
});

test('A1 nothing serious before a run', async ({ app }) => {
  await app.open();
  await look(app, 'idle');
});

test('A1 nothing serious in the benchmark', async ({ app }) => {
  await app.open();
  await app.page.getByTestId('backend').click();
  await look(app, 'benchmark');
});

test('A1 nothing serious during a run', async ({ app, backend }) => {
  await app.open();
  await app.start(small({ fixed: { epochs: 2000 }, trials: 24 }), backend);
  await app.steps(1);
  await look(app, 'running');
  await app.call('stop');
  expect((await app.outcome()).problem).toBeNull();
});

test('A1 nothing serious after a run', async ({ app, backend }) => {
  await app.open();
  await app.result(SMALL, backend);
  await look(app, 'finished');
});
