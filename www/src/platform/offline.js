import { scriptUrl } from './trusted.js';

/** Lets the whole page load again without a network. Where that is refused the page simply needs one.
 * @param {string} base where the page's files lie */
export function workOffline(base) {
  if (import.meta.env.DEV) return;
  const register = async () => {
    // Sandboxed frames refuse even the name; insecure pages do not have it.
    await navigator.serviceWorker?.register(scriptUrl(new URL('service-worker.js', base).href), { scope: base });
  };
  const start = () => void register().catch(() => {});
  // What the page itself loads comes first.
  if (document.readyState === 'complete') start();
  else addEventListener('load', start, { once: true });
}
