import { loadedOnce } from './loaded-once.js';
import { Session as OwnSession } from '../generated/engine/engine.js';

/**
 * Sessions of studies. Those that learn from trials, or stop some, or search in stages, are of a module of their own,
 * which is loaded for the first of them; both have the same interface.
 *
 * @typedef {import('../generated/engine/engine.js').Session} Session
 */

const LEARNING = ['tpe', 'gp', 'cmaes', 'pbt'];

const learningModule = loadedOnce(() => import('../generated/search/search.js'));

/** The beginning of a study's session. @param {string} study @returns {Promise<Session>} */
export async function sessionFor(study) {
  const { sampler, pruner, stages } = JSON.parse(study);
  const isPruned = (pruner?.name ?? 'none') !== 'none';
  if (!LEARNING.includes(sampler?.name) && !isPruned && !stages?.length) return new OwnSession(study);
  const module = await learningModule();
  return /** @type {any} */ (new module.Session(study));
}
