import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PAGE = fileURLToPath(new URL('./page', import.meta.url));
const BASE = fileURLToPath(new URL('./base.js', import.meta.url));
const FOLDER = 'tuning-playground';

/** @param {string} id */
const pathOf = (id) => id.split('?')[0].replaceAll('\\', '/');

/**
 * A plugin for Vite, Rollup and Rolldown: the element's files go into the built page as they are, in a folder of their
 * own, as they find each other by name; `load()` is told where.
 */
export function tuningPlayground() {
  let isBuilt = true;
  return {
    name: FOLDER,
    /** Vite's server would move the modules into its cache, and leave the files behind. */
    config: () => ({ optimizeDeps: { exclude: [FOLDER] } }),
    /** @param {{command: string}} config */
    configResolved({ command }) {
      isBuilt = command === 'build';
    },
    /** @this {any} @param {string} id */
    load(id) {
      if (!isBuilt || pathOf(id) !== pathOf(BASE)) return null;
      let element = '';
      for (const one of readdirSync(PAGE, { recursive: true, withFileTypes: true })) {
        if (!one.isFile()) continue;
        const path = join(one.parentPath, one.name);
        const name = pathOf(path.slice(PAGE.length + 1));
        const file = this.emitFile({ type: 'asset', fileName: `${FOLDER}/${name}`, source: readFileSync(path) });
        if (name === `${FOLDER}.js`) element = file;
      }
      return `export const base = new URL('./', import.meta.ROLLUP_FILE_URL_${element}).href;`;
    },
  };
}
