import analystUrl from './analyst.js?worker&url';
import workerUrl from './worker.js?worker&url';

/** Where the Workers' files lie: of the engine, and of what is looked at of trained networks. */
export const WORKER = new URL(workerUrl, import.meta.url).href;
export const ANALYST = new URL(analystUrl, import.meta.url).href;
