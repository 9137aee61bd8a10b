/**
 * Writes the npm package of the element to a folder: the built page as it is, and a module that loads it.
 *
 * node www/build/package.js target/npm
 */
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {import('../src/element/element.js').TuningPlayground} Element
 * @typedef {import('../package/index.js').TuningPlayground} Typed
 */

/** The element is what the package's types say: tsc looks at this, and nobody runs it. @type {(one: Element) => Typed} */
export const typed = (one) => one;

const of = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const [into] = process.argv.slice(2);
if (!into) throw new Error('which folder is the package written to?');
const folder = resolve(into);

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
cpSync(of('../package'), folder, { recursive: true });
// The example post names files beside it.
cpSync(of('../dist'), join(folder, 'page'), {
  recursive: true,
  filter: (path) => path !== of('../dist/examples'),
});
for (const name of ['LICENSE-MIT', 'LICENSE-APACHE', 'NOTICE']) cpSync(of(`../../${name}`), join(folder, name));

const { version, license } = JSON.parse(readFileSync(of('../package.json'), 'utf8'));
const manifest = {
  name: 'tuning-playground',
  version,
  description: 'An element that trains many small neural networks in the browser and shows which settings work',
  keywords: ['hyperparameters', 'neural-network', 'custom-element', 'webgpu', 'education'],
  license,
  type: 'module',
  types: './index.d.ts',
  exports: {
    '.': { types: './index.d.ts', default: './index.js' },
    './bundler': { types: './bundler.d.ts', default: './bundler.js' },
    './page/*': './page/*',
    './package.json': './package.json',
  },
  files: readdirSync(folder).sort(),
  // Importing the module does nothing; what load() fetches defines elements.
  sideEffects: ['./page/**'],
};
writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
