// The npm packages live in www/; this is the one place that knows it.
import { createRequire } from 'node:module';

/** @typedef {import('../../www/node_modules/@playwright/test/index.js').Browser} Browser */
/** @typedef {import('../../www/node_modules/@playwright/test/index.js').Page} Page */
/** @typedef {import('../../www/node_modules/@playwright/test/index.js').Request} Request */
/** @typedef {import('../../www/node_modules/@playwright/test/index.js').Locator} Locator */
/** @typedef {typeof import('../../www/node_modules/@playwright/test/index.js')} Playwright */

const require = createRequire(import.meta.url);

/** @type {Playwright} */
const playwright = require('../../www/node_modules/@playwright/test');

export const { chromium, expect, test } = playwright;

/** Vite's own build. @type {typeof import('../../www/node_modules/vite/dist/node/index.js').build} */
export const build = async (options) =>
  (await import('../../www/node_modules/vite/dist/node/index.js')).build(options);

/** Playwright looks after 0.1, 0.35, 0.85 and 1.85 seconds, and then once a second: most of what is waited for is there
 * well before its next look. */
const LOOKS = { intervals: [50, 100, 150, 200] };
const { poll } = expect;
expect.poll = (actual, given) =>
  poll(actual, typeof given === 'string' ? { ...LOOKS, message: given } : { ...LOOKS, ...given });
