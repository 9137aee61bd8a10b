import { readFileSync } from 'node:fs';
import { defineConfig } from 'vite';
import { contoursAlone } from './build/contours-alone.js';
import { contentPolicy } from './build/content-policy.js';
import { elementServed } from './build/development.js';
import { listMarkers } from './build/list-markers.js';
import { plainJson } from './build/plain-json.js';
import { wholeElement } from './build/whole-element.js';
import { serviceWorker } from './build/service-worker.js';
import { tableTexts } from './build/texts.js';

/** The custom element's file keeps its name, so that other sites can load it; all else is named by its content. */
const ELEMENT = 'tuning-playground';

/** Everything that stands in the element before anybody knows whether it is the whole page or a guest on another. */
const atOnce = wholeElement(`/src/${ELEMENT}.js`);
/** What the whole page has beside it. */
const page = wholeElement('/src/page.js');
/** What trains: guests load it when somebody asks for a run. */
const works = wholeElement('/src/engine/works.js');
/** Commands of the whole page and of views that are computed, which guests learn then, too. */
const more = wholeElement('/src/commands/more.js');
/** What guests load as well, but for what is in the element: it may not bring the whole page along. */
const OF_GUESTS = /\/src\/study\/(link|compact|fingerprint)\.js$/;
const KEPT = /\/src\/state\/kept\.js$/;

const { version } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'));

export default defineConfig({
  base: './',
  define: { 'import.meta.env.VERSION': JSON.stringify(version) },
  // While developing, too: packages' development builds fill the console with reminders.
  resolve: { conditions: ['module', 'browser', 'production'] },
  publicDir: 'public',
  plugins: [
    contoursAlone(),
    listMarkers(),
    plainJson(),
    tableTexts(),
    contentPolicy(),
    atOnce.plugin,
    page.plugin,
    works.plugin,
    more.plugin,
    serviceWorker(),
    elementServed(ELEMENT),
  ],
  server: { fs: { allow: ['..'] } },
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    // Without the polyfill index.html's own chunk is empty, and Vite lets it load the element's file directly.
    modulePreload: { polyfill: false },
    emptyOutDir: true,
    rolldownOptions: {
      input: { index: 'index.html', embed: 'embed.html', [ELEMENT]: `src/${ELEMENT}.js` },
      // What later parts import from the element's file is exported beside the element.
      preserveEntrySignatures: 'allow-extension',
      output: {
        entryFileNames: ({ name }) => (name === ELEMENT ? '[name].js' : 'assets/[name]-[hash].js'),
        // All that is loaded at once is one file: left to itself, the bundler tears out what later parts share with it.
        codeSplitting: {
          groups: [
            { name: ELEMENT, test: atOnce.has },
            { name: 'link', test: OF_GUESTS },
            { name: 'kept', test: KEPT },
            { name: 'works', test: (id) => works.has(id) || more.has(id) || id.endsWith('/src/element/href.js') },
            { name: 'page', test: (id) => page.has(id) && !id.endsWith('/src/page.js') },
          ],
        },
        // All that is no part of the element's file is loaded when it is asked for, and of the texts one language is
        // (xtask/src/sizes.rs).
        chunkFileNames: ({ name, facadeModuleId }) =>
          /^(page|link|kept|works)$/.test(name)
            ? 'assets/[name]-[hash].js'
            : `assets/${facadeModuleId?.includes('/i18n/') ? 'text-' : 'later-'}[name]-[hash].js`,
      },
    },
  },
});
