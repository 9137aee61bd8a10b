import { isTrial } from '../../state/kept.js';
import { FORMAT, objectiveOf } from '../../study/result.js';
import { withDefaults } from '../../study/same.js';
import { TRIALS_LIMIT, readStudy } from '../../study/study.js';

/**
 * A result document of somebody else's: what is sound of it, and what was left out. Pure.
 *
 * @typedef {import('../../study/types.js').Problem} Problem
 * @typedef {import('../../study/types.js').Result} Result
 * @typedef {import('../../study/types.js').TrialDocument} TrialDocument
 * @typedef {{trials: string[], parts: string[]}} Left numbers of trials, or their places in the list; and further
 *   parts of the document
 */

/** Files that are read have so many letters at most. */
export const MOST = 100e6;
/** Letters of what was found that a message shows. */
const GLANCE = 60;

/** Whether a text is an Optuna journal, whose every line is an operation. @param {string} text */
const isJournal = (text) => /^\uFEFF?\s*\{[^\n]*"op_code"\s*:/.test(text.slice(0, 10_000));

/** @param {unknown} value @returns {value is Record<string, any>} */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
/** @param {unknown} value */
const glance = (value) => String(JSON.stringify(value) ?? value).slice(0, GLANCE);

/** @param {string} text @returns {{problem: Problem} | {result: Result, left: Left | null}} */
export function readResult(text) {
  const refused = (/** @type {string} */ code, /** @type {object} */ values) => ({
    problem: { code: `note_import_${code}`, ...values },
  });
  if (text.length > MOST) return refused('large', { found: Math.ceil(text.length / 1e6), size: MOST / 1e6 });
  let document;
  try {
    document = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    return refused('json', { detail: String(/** @type {Error} */ (error).message).slice(0, 2 * GLANCE) });
  }
  const format = isObject(document) ? document.format : undefined;
  if (!isObject(document) || format !== FORMAT) {
    const version = /^tuning-playground\/result@(\d+)$/.exec(String(format))?.[1];
    const newer = Number(version) > Number(FORMAT.split('@')[1]);
    return refused(newer ? 'newer' : 'format', {
      found: format === undefined ? '–' : glance(format),
      accepted: FORMAT,
    });
  }
  const read = readStudy(document.study);
  if ('problem' in read) return refused('study', { of: read.problem });
  return soundPart(document, read.study, refused);
}

/**
 * @param {Record<string, any>} document
 * @param {import('../../study/types.js').Study} study
 * @param {(code: string, values: object) => {problem: Problem}} refused
 * @returns {{problem: Problem} | {result: Result, left: Left | null}}
 */
function soundPart(document, study, refused) {
  /** @type {Left} */
  const left = { trials: [], parts: [] };
  /** @type {Map<number, TrialDocument>} */
  const trials = new Map();
  const given = Array.isArray(document.trials) ? document.trials : [];
  for (const [at, one] of given.entries()) {
    if (trials.size < TRIALS_LIMIT && isTrial(one) && !trials.has(one.number)) trials.set(one.number, one);
    else left.trials.push(Number.isSafeInteger(one?.number) ? String(one.number) : `[${at}]`);
  }
  if (!trials.size) return refused('empty', { total: given.length });
  const { engine, best, test } = document;
  const isEngine = isObject(engine) && typeof engine.backend === 'string';
  if (!isEngine) left.parts.push('engine');
  const sorted = [...trials.values()].sort((a, b) => a.number - b.number);
  const hasBest = best === null || trials.has(best);
  if (!hasBest) left.parts.push('best');
  const hasTest = test === null || test === undefined || (isObject(test) && isTested(test) && trials.has(test.trial));
  if (!hasTest) left.parts.push('test');
  /** @type {Result} */
  const result = {
    format: FORMAT,
    study,
    engine: isEngine
      ? {
          ...Object.fromEntries(Object.entries(engine).filter(([, value]) => /^(string|number)$/.test(typeof value))),
          backend: engine.backend,
          adapter: typeof engine.adapter === 'string' ? engine.adapter : null,
          workers: Number.isSafeInteger(engine.workers) ? engine.workers : 0,
        }
      : { backend: 'cpu', adapter: null, workers: 0 },
    trials: sorted,
    best: hasBest ? best : bestOf(sorted, study),
    test: hasTest && test ? { trial: test.trial, loss: test.loss, metric: test.metric } : null,
  };
  return { result, left: left.trials.length || left.parts.length ? left : null };
}

/** @param {Record<string, any>} test */
const isTested = ({ trial, loss, metric }) =>
  Number.isSafeInteger(trial) && typeof loss === 'number' && typeof metric === 'number';

/** @param {TrialDocument[]} trials @param {import('../../study/types.js').Study} study */
function bestOf(trials, study) {
  const sign = objectiveOf(study).direction === 'maximize' ? -1 : 1;
  let [best, least] = [/** @type {number | null} */ (null), Infinity];
  for (const { number, state, value } of trials) {
    if (state !== 'complete' || typeof value !== 'number' || !(sign * value < least)) continue;
    [best, least] = [number, sign * value];
  }
  return best;
}

/** Places that a message names at most. */
const NAMED = 12;

/**
 * What the page takes in of a file, and what it says of it.
 * @param {string} text
 * @param {import('../../state/store.js').Store} store whose language it is said in
 * @returns {{problem: Problem} | {result: Result, left: Problem | null}}
 */
function readImport(text, store) {
  const read = readResult(text);
  if ('problem' in read) {
    const { of, ...problem } = /** @type {any} */ (read.problem);
    return { problem: of ? { ...problem, detail: store.sentence(of) } : problem };
  }
  const { result, left } = read;
  if (!left) return { result, left };
  const more = left.trials.length - NAMED;
  const trials = left.trials.slice(0, NAMED).concat(more > 0 ? [`… (+${more})`] : []);
  const said = [...(trials.length ? [`${store.t('run.trials')} ${trials.join(', ')}`] : []), ...left.parts];
  const kept = store.t('curves.count', { n: result.trials.length });
  return { result, left: { code: 'note_import_left', left: said.join('; '), kept } };
}

/**
 * What the page takes in of a file: a result, or an Optuna journal, of which a result is made first. Where a journal
 * does not say what study it is of, the one in the panel is meant.
 * @param {string} text
 * @param {import('../../state/store.js').Store} store
 * @param {(what: string, ...args: unknown[]) => Promise<string>} convert asks the engine
 * @returns {Promise<ReturnType<typeof readImport>>}
 */
export async function readFile(text, store, convert) {
  if (!isJournal(text)) return readImport(text, store);
  try {
    const study = JSON.stringify(withDefaults(store.study));
    return readImport(await convert('importJournal', text, study), store);
  } catch (error) {
    return { problem: { code: 'unexpected', detail: String(/** @type {any} */ (error)?.message ?? error) } };
  }
}
