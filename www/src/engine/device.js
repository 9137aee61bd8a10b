import { causeOf } from './answers.js';

/** What a host has to know of its browser: its GPU, what fails within WASM, how messages get a turn. */

/**
 * MB of networks that train at once on a GPU. iOS ends pages that take much more, and a Worker cannot tell Safari on
 * an iPad from Safari on a Mac.
 */
export const WAVE_MB = /iP(hone|ad|od)|Macintosh(?!.*(Chrome|Firefox))/.test(navigator.userAgent) ? 128 : 512;

/** Lets messages that wait come in first; timers would be throttled in a hidden tab. */
const turn = new MessageChannel();
/** @type {((value: unknown) => void)[]} */
const yielding = [];
turn.port1.onmessage = () => yielding.shift()?.(undefined);
export function yieldToMessages() {
  return new Promise((resolve) => {
    yielding.push(resolve);
    turn.port2.postMessage(null);
  });
}

/** Adapters that are programs, by what browsers call them. */
const PROGRAMS = /swiftshader|llvmpipe|lavapipe|software|basic render/i;

/**
 * What the browser says of its adapter, without asking it for a device; null where there is none. wgpu passes only the
 * description on, which many leave empty.
 */
export async function adapterFound() {
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
  if (!adapter) return null;
  const { description, vendor, architecture, isFallbackAdapter } = /** @type {any} */ (adapter.info ?? {});
  const name = description || [vendor, architecture].filter(Boolean).join(' ');
  return { name, software: Boolean(isFallbackAdapter) || PROGRAMS.test([name, architecture].join(' ')) };
}

/** The files of WASM modules, and of what binds the one for the GPU. */
const ITS_OWN = /\.wasm|^wasm:|\/gpu[^/]*\.js$/;
const OWN_THREAD = typeof document === 'undefined';

/**
 * What the browser throws in the middle of WASM passes every handler there by, and leaves a promise that never
 * settles: here it becomes the call's own problem. This instance of the engine is then no good any more.
 * @template T
 * @param {() => Promise<T>} act
 * @returns {Promise<T>}
 */
export async function guarded(act) {
  /** @type {(problem: object) => void} */
  let fail = () => {};
  const thrown = /** @type {Promise<never>} */ (new Promise((_, reject) => (fail = reject)));
  const onThrown = (/** @type {any} */ event) => {
    // On the page's thread others may throw, too.
    if (!OWN_THREAD && event.filename !== import.meta.url && !ITS_OWN.test(event.filename ?? '')) return;
    event.preventDefault();
    fail({ code: 'gpu', detail: causeOf(event.error ?? event.reason ?? event.message), broken: true });
  };
  for (const name of ['error', 'unhandledrejection']) addEventListener(name, onThrown);
  try {
    return await Promise.race([act(), thrown]);
  } catch (error) {
    if (error && typeof error === 'object' && 'code' in error && !(error instanceof Error)) throw error;
    throw { code: 'gpu', detail: causeOf(error), broken: true };
  } finally {
    for (const name of ['error', 'unhandledrejection']) removeEventListener(name, onThrown);
  }
}
