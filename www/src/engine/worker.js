import { Host } from './host.js';

// Where Workers are forbidden the page imports this very file, and finds the host under its address.
if (typeof document !== 'undefined') {
  const shared = /** @type {any} */ (globalThis);
  const hosts = (shared[Symbol.for('tuning-playground.hosts')] ??= new Map());
  hosts.set(import.meta.url, Host);
} else {
  const host = new Host((message, transfer) => postMessage(message, { transfer }));
  addEventListener('message', ({ data }) => void host.receive(data));
}
