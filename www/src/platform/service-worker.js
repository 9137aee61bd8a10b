/**
 * Lets the page work without a network after its first load. The build puts VERSION, a hash of all files, and FILES
 * before this. One version's files are kept together and never mixed with another's.
 */

const worker = /** @type {any} */ (self);
const { scope } = worker.registration;
/** Sites that share this origin have caches of their own. */
const OURS = `tuning-playground ${new URL(scope).pathname} `;
const NAME = OURS + VERSION;
/** Milliseconds after which a network that does not answer counts as none. */
const PATIENCE = 4000;
const LOOSELY = { ignoreSearch: true, ignoreVary: true };

worker.addEventListener('install', (/** @type {any} */ event) => {
  event.waitUntil(
    caches.open(NAME).then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: 'no-cache' })))),
  );
});

worker.addEventListener('activate', (/** @type {any} */ event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name.startsWith(OURS) && name !== NAME) await caches.delete(name);
      await worker.clients.claim();
    })(),
  );
});

worker.addEventListener('fetch', (/** @type {any} */ event) => {
  const { request } = event;
  if (request.method !== 'GET' || !request.url.startsWith(scope)) return;
  const path = request.url.slice(scope.length).split(/[?#]/, 1)[0];
  if (path === 'service-worker.js') return;
  // Names with a hash never change what they stand for; data does with the version alone.
  event.respondWith(
    /^(assets|data)\//.test(path)
      ? keptFirst(request)
      : networkFirst(request, path === 'index.html' ? './' : path || './'),
  );
});

/** @param {Request} request */
async function keptFirst(request) {
  const cache = await caches.open(NAME);
  const kept = await cache.match(request, LOOSELY);
  if (kept) return kept;
  const response = await fetch(request);
  // Keeping is a courtesy: a full disk must not cost the answer.
  if (response.status === 200) cache.put(request, response.clone()).catch(() => {});
  return response;
}

/** @param {Request} request @param {string} path */
async function networkFirst(request, path) {
  const network = fetch(request);
  network.catch(() => {});
  try {
    return await Promise.race([network, new Promise((_, reject) => void setTimeout(reject, PATIENCE))]);
  } catch {
    return (await (await caches.open(NAME)).match(path, LOOSELY)) ?? network;
  }
}
