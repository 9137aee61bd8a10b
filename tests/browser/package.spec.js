import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { SMALL } from './app.js';
import { expect, test } from './fixtures.js';
import { build } from './packages.js';

const of = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const WORK = of('../../target/bundled');

/** A page of a reader of the package: it has the files that npm would pack, and nothing else of the repository. */
async function bundle() {
  rmSync(WORK, { recursive: true, force: true });
  const packed = join(WORK, 'packed');
  execFileSync(process.execPath, [of('../../www/build/package.js'), packed]);
  const own = join(WORK, 'page', 'node_modules', 'tuning-playground');
  mkdirSync(own, { recursive: true });
  const manifest = JSON.parse(readFileSync(join(packed, 'package.json'), 'utf8'));
  for (const name of ['package.json', ...manifest.files])
    cpSync(join(packed, name), join(own, name), { recursive: true });
  cpSync(of('./bundled'), join(WORK, 'page'), { recursive: true });
  const plugin = join(own, manifest.exports['./bundler'].default);
  const { tuningPlayground } = await import(pathToFileURL(plugin).href);
  await build({
    root: join(WORK, 'page'),
    base: './',
    configFile: false,
    logLevel: 'warn',
    plugins: [tuningPlayground()],
    build: { reportCompressedSize: false, modulePreload: { polyfill: false } },
  });
  return { manifest, made: join(WORK, 'page', 'dist') };
}

test('a page that a bundler made of the npm package trains', async ({ app, page, otherSite }) => {
  const { manifest, made } = await bundle();
  expect(JSON.stringify(manifest)).not.toMatch(/https?:/);
  expect(manifest).toMatchObject({ type: 'module', license: 'MIT OR Apache-2.0', name: 'tuning-playground' });
  // The bundler has moved and renamed the page's own script, and nothing of the element's.
  expect(readdirSync(join(made, 'assets')).filter((one) => !one.startsWith('index-'))).toEqual([]);
  otherSite.folder = made;
  await page.goto(otherSite.url);
  await page.locator('tuning-playground').waitFor();
  expect(await page.locator('body').getAttribute('data-made')).toBe('true');
  // The engine, its Worker and the data are found, too.
  expect((await app.result({ ...SMALL, trials: 3 }, 'cpu')).trials).toHaveLength(3);
});
