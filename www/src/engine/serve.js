/**
 * Lets a host answer in the Worker that this runs in. Where Workers are forbidden the page imports the Worker's very
 * file, and finds the host under its address.
 * @param {string} href of the Worker's file
 * @param {new (post: import('./answers.js').Post) => {receive: (request: any) => Promise<void>}} Host
 */
export function serve(href, Host) {
  if (typeof document !== 'undefined') {
    const shared = /** @type {any} */ (globalThis);
    const hosts = (shared[Symbol.for('tuning-playground.hosts')] ??= new Map());
    hosts.set(href, Host);
  } else {
    const host = new Host((message, transfer) => postMessage(message, { transfer }));
    addEventListener('message', ({ data }) => void host.receive(data));
  }
}
