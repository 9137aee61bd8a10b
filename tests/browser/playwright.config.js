import { QUIET, SOFTWARE_GPU, VIEWPORT, chromium, firefox } from './chromium.js';

/** @param {'cpu' | 'gpu'} backend @param {string[]} flags */
const on = (backend, flags) => ({
  backend,
  viewport: VIEWPORT,
  launchOptions: { executablePath: chromium(), args: [...QUIET, ...flags] },
});

export default {
  testDir: '.',
  outputDir: '../../target/browser',
  // Tests that go by the clock (@alone) want the machine to themselves; `cargo xtask test` gives the others two
  // Workers.
  workers: 1,
  forbidOnly: Boolean(process.env.CI),
  timeout: 90_000,
  // A busy machine answers late, and what is waited for is waited for in vain only once.
  expect: { timeout: 15_000 },
  reporter: [['list']],
  // Tests change what the server sends; only the one of the service worker wants what was kept.
  use: { serviceWorkers: 'block' },
  projects: [
    {
      name: 'cpu',
      testIgnore: /(lost|auto|dispatch|firefox|shaders)\.spec\.js/,
      use: on('cpu', []),
    },
    {
      name: 'gpu',
      testMatch: /(figures|control|lost|auto|crowd|hidden|dispatch|memory|shaders)\.spec\.js/,
      use: on('gpu', SOFTWARE_GPU),
    },
    // Debian's own, by WebDriver BiDi.
    ...(firefox()
      ? [
          {
            name: 'firefox',
            testMatch: /firefox\.spec\.js/,
            use: { browserName: 'firefox', channel: 'moz-firefox', launchOptions: { executablePath: firefox() } },
          },
        ]
      : []),
  ],
};
