import { count } from '../study/format.js';

/** Why the backend that trains is the one that trains; nothing before the first run.
 * @param {import('./store.js').Store} store */
export function backendReason(store) {
  const info = store.backend;
  if (!info) return '';
  const about = (/** @type {number} */ one) => count(Number(one.toPrecision(2)));
  return store.t(
    `backend.reason.${info.reason}`,
    info.rates && { cpu: about(info.rates.cpu), gpu: about(info.rates.gpu) },
  );
}
