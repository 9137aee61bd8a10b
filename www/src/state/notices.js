import { mendsOf } from '../study/mends.js';

/**
 * What the page says when something goes wrong or needs saying: what happened, what is kept, what to do.
 *
 * @typedef {import('./store.js').Store} Store
 * @typedef {import('./types.js').Notice} Notice
 * @typedef {import('../study/types.js').Problem} Problem
 */

/** Problems of the device, for which another backend is the way out. */
const DEVICE = ['no_gpu', 'gpu', 'gpu_wrong', 'not_on_this_backend'];

/** @param {Store} store */
const finished = ({ counts }) => counts.complete + counts.pruned + counts.diverged;

/** @param {Store} store */
function kept(store) {
  if (!store.trials.size) return undefined;
  return finished(store) ? 'kept.trials' : undefined;
}

/**
 * A run that could not start, or that ended early.
 * @param {Store} store
 * @param {Problem} problem
 * @param {boolean} started
 * @returns {Notice}
 */
export function runNotice(store, problem, started) {
  /** @type {Notice['actions']} */
  const actions = [];
  const [name, draft] = [...store.drafts].find(([, one]) => one.problem === problem) ?? [];
  if (problem.code === 'device_lost') {
    actions.push(
      { label: 'action.try_gpu', act: 'try_gpu', primary: true },
      { label: 'action.start_cpu', act: 'start_cpu' },
    );
  } else if (DEVICE.includes(problem.code)) {
    actions.push({ label: 'action.use_cpu', act: 'start_cpu', primary: true });
  } else {
    const fixes = (draft?.fixes ?? []).map((fix, k) => ({ ...fix, name: `fix_${k}`, primary: k === 0 }));
    actions.push(...(draft ? fixes : mendsShown(store, store.study, problem)));
  }
  return {
    id: 'run',
    kind: 'alert',
    title:
      problem.code === 'device_lost' ? 'message.device_gone' : started ? 'message.run_failed' : 'message.not_started',
    values: { n: finished(store) },
    problem,
    draft: name,
    kept: problem.code === 'device_lost' ? undefined : kept(store),
    actions,
  };
}

/**
 * Buttons that mend a study; none for what is hardly a study.
 * @param {Store} store
 * @param {any} study
 * @param {Problem} problem
 * @param {boolean} [given] whether the study was kept out, and is not that of the panel
 * @returns {Notice['actions']}
 */
export function mendsShown(store, study, problem, given = false) {
  // Data are not mended here: they are looked at.
  if (problem.code === 'bad_table') return [{ label: 'data.own', act: 'open_data', primary: true }];
  try {
    return mendsOf(study, problem, (name) => store.label(name)).map(({ act: which, label, values }, k) => ({
      label,
      values,
      name: which,
      primary: k === 0,
      act: given ? 'mend_given' : 'mend',
      detail: given ? { problem, which, given: study } : { problem, which },
    }));
  } catch {
    return [];
  }
}

/**
 * A study that was kept out.
 * @param {Problem} problem
 * @param {Notice['actions']} [actions]
 * @returns {Notice}
 */
export const studyNotice = (problem, actions = []) => ({
  id: 'study',
  kind: 'alert',
  title: 'message.study_refused',
  problem,
  kept: 'kept.study',
  actions,
});

/**
 * A link's study that is in the panel, and cannot be run.
 * @param {Store} store
 * @param {Problem} problem
 * @returns {Notice}
 */
export const idleNotice = (store, problem) => ({
  id: 'study',
  kind: 'alert',
  title: 'message.study_idle',
  problem,
  actions: mendsShown(store, store.study, problem),
});

/** A run that was kept, and is gone or damaged. @param {string} letter @returns {Notice} */
export const unreadableNotice = (letter) => ({
  id: 'run_gone',
  kind: 'alert',
  title: 'message.run_gone',
  values: { letter },
  problem: { code: 'note_run_gone' },
  actions: [],
});

/**
 * The device went away and training resumes by itself.
 * @param {Store} store
 * @param {Problem} problem
 * @returns {Notice}
 */
export const resumingNotice = (store, problem) => ({
  id: 'device',
  kind: 'alert',
  title: 'message.device_lost',
  values: { n: finished(store) },
  problem: { ...problem, code: 'device_resuming' },
  kept: finished(store) ? 'kept.trials' : undefined,
  actions: [],
});

/** The GPU failed, and the run began anew on the CPU. @param {Problem} problem @returns {Notice} */
export const fallbackNotice = (problem) => ({
  id: 'fallback',
  kind: 'alert',
  title: 'message.gpu_fallback',
  problem,
  actions: [],
});

/** What had been trained of a run that was cut off cannot be gone on with. @returns {Notice} */
export const anewNotice = () => ({
  id: 'anew',
  kind: 'note',
  title: 'message.anew',
  problem: { code: 'note_anew' },
  actions: [],
});

/** @returns {Notice} */
export const tooOldNotice = () => ({
  id: 'too_old',
  kind: 'alert',
  title: 'message.too_old',
  problem: { code: 'note_too_old' },
  actions: [],
  lasting: true,
});

/** Whether this browser can run the engine at all: WebAssembly with SIMD. */
export function supportsEngine() {
  // (module (func (result v128) (v128.const i32x4 0 0 0 0)))
  const module = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 22, 1, 20, 0, 253, 12];
  const bytes = new Uint8Array([...module, ...new Array(16).fill(0), 11]);
  try {
    return WebAssembly.validate(bytes);
  } catch {
    return false;
  }
}
