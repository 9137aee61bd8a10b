import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The browser: named by xtask, else the first Chromium in PATH. */
function chromium() {
  if (process.env.TUNING_CHROMIUM) return process.env.TUNING_CHROMIUM;
  const folders = (process.env.PATH ?? '').split(delimiter);
  const paths = ['chromium', 'chromium-browser', 'google-chrome'].flatMap((name) => folders.map((folder) => join(folder, name)));
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const isRoot = process.getuid?.() === 0;
const QUIET = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
  ...(isRoot ? ['--no-sandbox'] : []),
];
const SOFTWARE_GPU = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

/** @param {'cpu' | 'gpu'} backend @param {string[]} flags */
const on = (backend, flags) => ({
  backend,
  viewport: { width: 1440, height: 900 },
  launchOptions: { executablePath: chromium(), args: [...QUIET, ...flags] },
});

export default {
  testDir: '.',
  outputDir: '../../target/browser',
  // The engine takes every core by itself.
  workers: 1,
  forbidOnly: Boolean(process.env.CI),
  timeout: 90_000,
  reporter: [['list']],
  projects: [
    {
      name: 'cpu',
      testMatch: /(figures|control|page|messages|languages|access|embed|link|panel)\.spec\.js/,
      use: on('cpu', []),
    },
    { name: 'gpu', testMatch: /(figures|control|lost)\.spec\.js/, use: on('gpu', SOFTWARE_GPU) },
  ],
};
