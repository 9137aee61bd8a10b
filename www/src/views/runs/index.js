import { learn } from '../../commands/commands.js';
import { LISTED } from '../../commands/listed-runs.js';
import './tp-runs-list.js';
import './tp-compare.js';
import './tp-overlay.js';

learn(LISTED);

export { readFile } from './import.js';
export const texts = { en: () => import('./en.json'), ko: () => import('./ko.json') };

/** A file that could not be taken in, or not all of it.
 * @param {string} name @param {import('../../study/types.js').Problem} problem
 * @returns {import('../../state/types.js').Notice} */
export const importNotice = (name, problem) => ({
  id: 'import',
  kind: 'alert',
  title: problem.code === 'note_import_left' ? 'message.import_partly' : 'message.import_refused',
  values: { name },
  problem,
  kept: problem.code === 'note_import_left' ? undefined : 'kept.runs',
  actions: [],
});
