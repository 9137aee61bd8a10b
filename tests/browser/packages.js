// The npm packages live in www/; this is the one place that knows it.
import { createRequire } from 'node:module';

/** @typedef {import('../../www/node_modules/@playwright/test/index.js').Browser} Browser */
/** @typedef {import('../../www/node_modules/@playwright/test/index.js').Page} Page */
/** @typedef {import('../../www/node_modules/@playwright/test/index.js').Request} Request */
/** @typedef {typeof import('../../www/node_modules/@playwright/test/index.js')} Playwright */

const require = createRequire(import.meta.url);

/** @type {Playwright} */
const playwright = require('../../www/node_modules/@playwright/test');

export const { chromium, expect, test } = playwright;
