import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';

/** Where the page stands on the test server: a page that works here works under any path. */
export const SUB_PATH = '/some/where/';

/** @type {Record<string, string>} */
const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
  '.gz': 'application/gzip',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/**
 * A static host: files and their types, no headers but the one that static hosts send for other origins.
 *
 * @typedef {object} Site
 * @property {string} origin
 * @property {string} url the page's address
 * @property {string} prelude code put before every script, for tests that change what a Worker finds
 * @property {string} folder what it serves
 * @property {Map<string, string>} pages further pages, by path, for tests that bring their own
 * @property {boolean} down whether requests find no server, for tests of what works without
 * @property {() => Promise<void>} close
 */

/**
 * @param {string} folder
 * @param {Record<string, string>} [headers] what this host sends beside
 * @returns {Promise<Site>}
 */
export async function serve(folder, headers = {}) {
  /** @type {Site} */
  const site = { origin: '', url: '', folder, prelude: '', pages: new Map(), down: false, close: async () => {} };
  const server = createServer((request, response) => {
    if (site.down) return void request.socket.destroy();
    answer(site, new URL(request.url ?? '/', 'http://localhost').pathname).then(
      ([status, type, body]) => {
        response.writeHead(status, { 'content-type': type, 'access-control-allow-origin': '*', ...headers });
        response.end(body);
      },
      (error) => {
        response.writeHead(500);
        response.end(String(error));
      },
    );
  });
  await new Promise((resolve) => void server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the test server has no port');
  site.origin = `http://127.0.0.1:${address.port}`;
  site.url = site.origin + SUB_PATH;
  site.close = () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return site;
}

/**
 * @param {Site} site
 * @param {string} path
 * @returns {Promise<[number, string, string | Buffer]>}
 */
async function answer(site, path) {
  const { folder } = site;
  const page = site.pages.get(path);
  if (page !== undefined) return [200, TYPES['.html'], page];
  const file = normalize(join(folder, decodeURIComponent(path.slice(SUB_PATH.length)) || 'index.html'));
  const missing = /** @type {[number, string, string]} */ ([404, 'text/plain', 'not here']);
  if (!path.startsWith(SUB_PATH) || !file.startsWith(folder + sep)) return missing;
  const type = TYPES[extname(file)] ?? 'application/octet-stream';
  try {
    const body = await readFile(file);
    return [200, type, extname(file) === '.js' && site.prelude ? `${site.prelude}\n${body}` : body];
  } catch {
    return missing;
  }
}
