import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const SOURCE = new URL('../src/platform/service-worker.js', import.meta.url);
/** Larger files of public/ are kept when they are first used. */
const AT_ONCE = 100_000;

/** Writes the service worker of a build: it knows all files by name, and their contents by one hash.
 * @returns {import('vite').Plugin} */
export function serviceWorker() {
  let publicDir = '';
  return {
    name: 'service-worker',
    apply: 'build',
    enforce: 'post',
    configResolved: (config) => void (publicDir = config.publicDir),
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        /** @type {Map<string, string | Uint8Array>} */
        const files = new Map();
        for (const [name, one] of Object.entries(bundle))
          files.set(name === 'index.html' ? './' : name, one.type === 'chunk' ? one.code : one.source);
        for (const one of readdirSync(publicDir, { recursive: true, withFileTypes: true })) {
          if (!one.isFile()) continue;
          const path = join(one.parentPath, one.name);
          files.set(path.slice(publicDir.length + 1).replaceAll('\\', '/'), readFileSync(path));
        }
        const names = [...files.keys()].sort();
        const hash = createHash('sha256');
        for (const name of names) hash.update(name).update(files.get(name) ?? '');
        const kept = names.filter(
          (name) =>
            // What only shows guests is no part of the page.
            !name.startsWith('examples/') &&
            (name in bundle || name === './' || (files.get(name)?.length ?? 0) <= AT_ONCE),
        );
        const version = JSON.stringify(hash.digest('hex').slice(0, 16));
        const head = `const VERSION = ${version};\nconst FILES = ${JSON.stringify(kept)};\n`;
        const source = readFileSync(SOURCE, 'utf8');
        this.emitFile({
          type: 'asset',
          fileName: 'service-worker.js',
          source: head + source.replace(/^ *\/\/.*\n|\/\*\*[^]*?\*\/\s?/gm, ''),
        });
      },
    },
  };
}
