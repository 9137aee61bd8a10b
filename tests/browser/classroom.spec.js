import { encode } from '../../www/src/views/class/codec.js';
import { small } from './app.js';
import { expect, standingTest as test } from './fixtures.js';
import { serious } from './look.js';
import { DICTIONARIES } from './texts.js';

/** The page in front of a class: presented on a projector, and the results of all students side by side. */

/** Codes of a class. @param {import('../../www/src/views/class/codec.js').Entry} one @param {number} n */
const classOf = (one, n) =>
  Promise.all(
    Array.from({ length: n }, (_, k) =>
      encode({ ...one, sender: `s${k}`, loss: 0.1 + k / n, params: { learning_rate: (k + 1) / 1000 }, name: `N${k}` }),
    ),
  );

test('a view is presented by the keys of a clicker, and codes of a class are merged', async ({
  app,
  backend,
  page,
}) => {
  await app.stand();
  await app.result(small({ trials: 4, fixed: { epochs: 1 } }), backend);
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.locator('#main').focus();
  await page.keyboard.press('p');
  await expect(page.getByTestId('study')).toBeHidden();
  await expect(page.getByTestId('present-leave')).toBeVisible();
  // Nothing is blurred: canvases have the pixels of the screen, and letters are large.
  const sharp = () =>
    page.evaluate(() => {
      const root = document.querySelector('tuning-playground')?.shadowRoot;
      const canvas = /** @type {HTMLCanvasElement} */ (root?.querySelector('tp-curves canvas.lines'));
      return Math.abs(canvas.width - canvas.getBoundingClientRect().width);
    });
  await expect.poll(sharp).toBeLessThan(2);
  await page.keyboard.press('PageDown');
  await expect.poll(() => app.get('view')).toBe('trials');
  await page.keyboard.press('ArrowLeft');
  await expect.poll(() => app.get('view')).toBe('sweep');
  // A clicker's blank key hides the lesson beside the view, which is drawn larger then, and shows it again.
  await page.keyboard.press('l');
  await expect(page.getByTestId('lesson')).toBeVisible();
  const zoom = () => page.locator('tuning-playground').evaluate((one) => Number(one.style.zoom));
  await expect.poll(zoom).toBeLessThan(1.2);
  await page.locator('#main').focus();
  await page.keyboard.press('b');
  await expect(page.getByTestId('lesson')).toBeHidden();
  await expect.poll(zoom).toBeCloseTo(1.25, 2);
  await page.keyboard.press('PageDown');
  await expect.poll(() => app.get('view')).toBe('trials');
  await page.keyboard.press('.');
  await expect(page.getByTestId('lesson')).toBeVisible();
  await page.getByTestId('present-lesson').click();
  await expect(page.getByTestId('lesson')).toBeHidden();
  await page.keyboard.press('PageUp');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('study')).toBeVisible();
  // It has been hidden for the projector alone.
  await expect(page.getByTestId('lesson')).toBeVisible();
  await page.getByTestId('close-lesson').click();

  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByTestId('share').click();
  await page.getByTestId('open-class').click();
  const code = page.getByTestId('class-code');
  await expect(code).toHaveValue(/^tp-class-1:/);
  const nameless = await code.inputValue();
  await page.getByTestId('class-name').fill('Mina');
  await expect(code).not.toHaveValue(nameless);
  await expect(code).toHaveValue(/^tp-class-1:[\w-]+:[\da-f]{8}$/);
  const own = await code.inputValue();
  const newer = own.replace('class-1', 'class-2');
  await page.getByTestId('class-paste').fill(`Hi!\n${own}\n${own}\n${own.slice(0, -2)}\n${newer}`);
  await page.getByTestId('class-merge').click();
  await expect(page.getByTestId('class-table').locator('tbody tr')).toHaveCount(1);
  await expect(page.getByTestId('class-table')).toContainText('Mina');
  await expect(page.getByTestId('class-scatter').locator('circle')).toHaveCount(1);
  const refused = page.getByTestId('class-refused');
  await expect(refused).toContainText(DICTIONARIES.en['class.fault.newer'].split('{which}')[1]);
  await expect(page.getByTestId('class-paste')).toHaveAccessibleDescription(await refused.innerText());
  await expect(refused).toContainText(/Code 3 .*check sum/);
  await page.getByTestId('class-named').uncheck();
  await expect(page.getByTestId('class-table')).not.toContainText('Mina');
  await page.setViewportSize({ width: 390, height: 780 });
  await app.set({ lang: 'ko', theme: 'dark' });
  await expect(page.getByTestId('class')).toContainText(DICTIONARIES.ko['class.mine']);
  expect(await serious(app, ['tp-class'])).toEqual([]);
  await page.getByTestId('class-clear').click();
  await expect(page.getByTestId('class-table')).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('class')).toBeHidden();
});

test('@soak 300 results are drawn within 200 ms, and a paste of 100 MB is refused', async ({ app, backend, page }) => {
  await app.stand();
  await app.result(small({ trials: 2, fixed: { epochs: 1 } }), backend);
  await page.getByTestId('share').click();
  await page.getByTestId('open-class').click();
  const one = {
    sender: 's',
    data: 'circle',
    digest: '00000000',
    trials: 4,
    trial: 1,
    loss: 1,
    metric: 0.5,
    epochs: 5,
    params: {},
    name: '',
  };
  await page.getByTestId('class-paste').fill((await classOf(one, 300)).join('\n'));
  await page.getByTestId('class-merge').click();
  await expect(page.getByTestId('class-scatter').locator('circle')).toHaveCount(300);
  const ms = await page.evaluate(() => {
    const figure = /** @type {any} */ (
      document.querySelector('tuning-playground')?.shadowRoot?.querySelector('tp-scatter')
    );
    const times = [1, 2, 3, 4, 5].map(() => {
      const from = performance.now();
      figure.drawNow();
      figure.getBoundingClientRect();
      return performance.now() - from;
    });
    return times.sort((a, b) => a - b)[2];
  });
  console.log(`300 results are drawn in ${ms.toFixed(1)} ms`);
  expect(ms).toBeLessThan(200);
  await page.evaluate(() => {
    const field = document.querySelector('tuning-playground')?.shadowRoot?.querySelector('[data-testid=class-paste]');
    const data = new DataTransfer();
    data.setData('text/plain', 'tp-class-1:'.padEnd(100e6, 'x'));
    field?.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await expect(page.getByTestId('class-refused')).toContainText('100 MB');
  await page.keyboard.press('Escape');
});
