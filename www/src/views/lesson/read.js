import { checkStudy, checkTogether } from '../../study/study.js';
import { BY_NAME, SAMPLERS } from '../../study/hyperparameters.js';
import { DERIVED, KINDS, METRICS, OF } from './measure.js';

/**
 * The one reader of lessons, `tuning-playground/lesson@1` (docs/lessons.md): a bundled one and a stranger's alike. It
 * takes any value, and gives a lesson that is sound in every part or the first thing that is wrong with it. Pure.
 *
 * @typedef {import('../../study/types.js').Language} Language
 * @typedef {import('../../study/types.js').Problem} Problem
 * @typedef {import('../../study/types.js').Study} Study
 * @typedef {import('./measure.js').Measure} Measure
 * @typedef {{measure: Measure, at_least?: number, at_most?: number, seeds?: number, sampler?: string, free?: boolean
 *   }} Reached `free`: by any run of the same data that was begun since the step was set up
 * @typedef {Reached | {done: true} | {view: string} | {selected: Record<string, any>} | {opened: 'test'} |
 *   {repeated: number} | {raced: true} | {picked: number}} Goal
 * @typedef {{choices: string[], answer: string} | {low: number, high: number, log: boolean, measure: Measure,
 *   within: number}} Predict
 * @typedef {object} Step
 * @property {string} name
 * @property {Study | null} study that it sets up
 * @property {Problem | null} problem why that study cannot be set up here
 * @property {string | null} view that it opens
 * @property {string | null} race that it opens, in the words of a link
 * @property {Predict | null} predict
 * @property {Goal[]} goals
 * @property {string[]} rows the settings that the reader is to change
 * @property {Record<string, Measure>} shows numbers that its texts take from the reader's own run
 * @typedef {object} StepWords
 * @property {string} title
 * @property {string[]} body
 * @property {string} setup what is set up, in a sentence
 * @property {string} ask
 * @property {Record<string, string>} choices
 * @property {string[]} goals
 * @property {string} hint what to do when the step as it is set up has been trained and its goals are not met
 * @property {string[]} reveal
 * @typedef {{title: string, about: string, steps: Record<string, StepWords>}} Words
 * @typedef {object} Lesson
 * @property {string} name
 * @property {number} minutes
 * @property {Step[]} steps
 * @property {Partial<Record<Language, Words>>} texts
 * @property {Record<string, {value: number, as: string}>} numbers that its texts name, as they were measured
 * @property {Record<string, Recorded>} recorded runs of its steps
 * @typedef {[epoch: number, ...measures: (number | null)[]]} RecordedEpoch with the losses and metrics behind it, and
 *   where the study records them with the norm of each layer's gradient
 * @typedef {[state: string, params: Record<string, any>, epochs: RecordedEpoch[], kept?: number]} RecordedTrial those
 *   of its epochs that matter, its last one among them, and the one whose weights it kept
 * @typedef {object} Recorded
 * @property {RecordedTrial[]} [trials] those of another step with the same study where there are none
 * @property {Record<string, any>} [study] what the run's study changes of the step's: a step that is left to the
 *   reader has a run that reaches its goals
 * @property {{trial: number, loss: number, metric: number}} [test] what the test set said
 */

export const FORMAT = 'tuning-playground/lesson@1';

/** What a lesson may come to, in letters and in parts. */
export const LIMITS = { text: 100_000, title: 120, line: 400, paragraph: 1000, paragraphs: 6, steps: 20, goals: 5 };
const MOST = { choices: 6, numbers: 100, minutes: 120, trials: 256, epochs: 1000, layers: 20, rows: 4 };

/** Views that a step may open, and the ones of which a goal may be to have opened it. */
export const VIEW_NAMES = ['sweep', 'trials', 'decide', 'landscape', 'race', 'map', 'model'];
/** A lesson that the reader brought is opened by this name. */
export const OWN = 'own';
/** Settings of the search that a step may lead to, beside the hyperparameters. */
export const SEARCHED = ['trials', 'points', 'min_epochs'];
/** Names of lessons, steps, choices and numbers. */
const NAME = /^[a-z][a-z\d_]{0,39}$/;
/** What a link says of a race. */
const RACE = /^[a-z_]{1,20}$/;
const LANGUAGES = /** @type {Language[]} */ (['en', 'ko']);
/** A place in a text where a number stands. */
export const PLACE = /\{([a-z][a-z\d_]*)\}/g;

/** The first thing that is wrong. */
class Refusal extends Error {
  /** @param {string} code @param {Record<string, unknown>} values */
  constructor(code, values) {
    super(code);
    this.problem = { code: `lesson_${code}`, ...values };
  }
}

/** @param {string} what @param {unknown} found @param {string} accepted @returns {never} */
const wrong = (what, found, accepted) => {
  throw new Refusal('wrong', { what, found: glance(found), accepted });
};

/** @param {unknown} value @returns {value is Record<string, any>} */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What was found, short and on one line. @param {unknown} value */
const glance = (value) => {
  const text = value === undefined ? '–' : String(JSON.stringify(value) ?? value);
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Surrogate}]/gu, '\ufffd');
  return clean.length > 60 ? `${clean.slice(0, 59)}…` : clean;
};

/** @param {unknown} value @param {string} what @returns {Record<string, any>} */
const objectIn = (value, what) => (isObject(value) ? value : wrong(what, value, '{…}'));

/** Only these keys: what is misspelt is said to be. @param {Record<string, any>} object @param {string[]} keys
 * @param {string} what */
function onlyKeys(object, keys, what) {
  for (const key of Object.keys(object))
    if (!keys.includes(key))
      throw new Refusal('unknown', { what: `${what}.${glance(key)}`, accepted: keys.join(', ') });
}

/** @param {unknown} value @param {string} what @returns {string} */
const nameIn = (value, what) =>
  typeof value === 'string' && NAME.test(value) ? value : wrong(what, value, 'a-z, 0-9, _');

/** @param {unknown} value @param {string} what @param {number} low @param {number} high */
const numberIn = (value, what, low = -Infinity, high = Infinity) =>
  typeof value === 'number' && Number.isFinite(value) && value >= low && value <= high
    ? value
    : wrong(what, value, low > -Infinity ? `${low} – ${high}` : '0.1, 20, …');

/** Plain text on one line, without signs that change how text is read. @param {unknown} value @param {string} what
 * @param {number} most */
function textIn(value, what, most) {
  if (typeof value !== 'string') return wrong(what, value, '"…"');
  const clean = value
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Surrogate}]/gu, '')
    .trim();
  if (!clean) return wrong(what, value, '"…"');
  if (clean.length > most) throw new Refusal('long', { what, found: clean.length, most });
  return clean;
}

/** @param {unknown} value @param {string} what @param {number} most */
function listIn(value, what, most) {
  if (!Array.isArray(value)) return wrong(what, value, '[…]');
  if (value.length > most) throw new Refusal('long', { what, found: value.length, most });
  return value;
}

/** @param {unknown} value @param {string} what @param {readonly string[]} accepted */
const oneOf = (value, what, accepted) =>
  typeof value === 'string' && accepted.includes(value) ? value : wrong(what, value, accepted.join(', '));

/** A study with what a step changes of it: null takes a key away (RFC 7386).
 * @param {any} base @param {any} patch @returns {any} */
export function patched(base, patch) {
  if (!isObject(patch)) return patch;
  const next = isObject(base) ? { ...base } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (key === '__proto__') continue;
    if (value === null) delete next[key];
    else next[key] = patched(next[key], value);
  }
  return next;
}

/** @param {unknown} value @param {string} what @returns {Record<string, any>} */
function whereIn(value, what) {
  const where = objectIn(value, what);
  for (const [name, wanted] of Object.entries(where)) {
    const isKnown = name === 'state' || METRICS.includes(name) || DERIVED.includes(name) || BY_NAME.has(name);
    if (!isKnown) throw new Refusal('unknown', { what: `${what}.${glance(name)}`, accepted: 'learning_rate, …' });
    const isRange = Array.isArray(wanted) && wanted.length === 2 && wanted.every(Number.isFinite);
    const isPlain = (/** @type {unknown} */ one) => ['string', 'number', 'boolean'].includes(typeof one);
    const isSeveral = isObject(wanted) && Array.isArray(wanted.in) && wanted.in.every(isPlain);
    if (!isRange && !isSeveral && !isPlain(wanted))
      wrong(`${what}.${name}`, wanted, '"relu", [0.01, 0.1], {"in": […]}');
  }
  return where;
}

/** @param {unknown} value @param {string} what @returns {Measure} */
export function measureIn(value, what) {
  const one = objectIn(value, what);
  onlyKeys(one, ['of', 'metric', 'param', 'where', 'as'], what);
  oneOf(one.of, `${what}.of`, OF);
  if (one.metric !== undefined) oneOf(one.metric, `${what}.metric`, [...METRICS, ...DERIVED]);
  if (one.as !== undefined) oneOf(one.as, `${what}.as`, KINDS);
  const hasParam = one.of === 'at' || one.of === 'distinct';
  if (hasParam && !BY_NAME.has(one.param)) wrong(`${what}.param`, one.param, 'learning_rate, batch_size, …');
  if (one.where !== undefined) whereIn(one.where, `${what}.where`);
  return /** @type {Measure} */ (/** @type {unknown} */ (one));
}

/** @param {unknown} value @param {string} what @returns {Goal} */
function goalIn(value, what) {
  const one = objectIn(value, what);
  if ('measure' in one) {
    onlyKeys(one, ['measure', 'at_least', 'at_most', 'seeds', 'sampler', 'free'], what);
    measureIn(one.measure, `${what}.measure`);
    const ends = [one.at_least, one.at_most].filter((end) => end !== undefined);
    if (!ends.length) wrong(`${what}.at_most`, undefined, '0.1, 20, …');
    for (const end of ends) numberIn(end, `${what}.at_most`);
    if (one.seeds !== undefined) numberIn(one.seeds, `${what}.seeds`, 1, 20);
    if (one.sampler !== undefined) oneOf(one.sampler, `${what}.sampler`, SAMPLERS);
    if (one.free !== undefined && typeof one.free !== 'boolean') wrong(`${what}.free`, one.free, 'true, false');
    return /** @type {Goal} */ (one);
  }
  const kinds = ['measure', 'done', 'view', 'selected', 'opened', 'repeated', 'raced', 'picked'];
  onlyKeys(one, kinds, what);
  const [kind, ...more] = Object.keys(one);
  if (!kind || more.length) return wrong(what, value, kinds.join(' | '));
  if (kind === 'view') oneOf(one.view, `${what}.view`, VIEW_NAMES);
  else if (kind === 'selected') whereIn(one.selected, `${what}.selected`);
  else if (kind === 'opened') oneOf(one.opened, `${what}.opened`, ['test']);
  else if (kind === 'repeated') numberIn(one.repeated, `${what}.repeated`, 1, 50);
  else if (kind === 'picked') numberIn(one.picked, `${what}.picked`, 1, 64);
  else if (one[kind] !== true) wrong(`${what}.${kind}`, one[kind], 'true');
  return /** @type {Goal} */ (one);
}

/** @param {unknown} value @param {string} what @returns {Predict} */
function predictIn(value, what) {
  const one = objectIn(value, what);
  if ('choices' in one) {
    onlyKeys(one, ['choices', 'answer'], what);
    const choices = listIn(one.choices, `${what}.choices`, MOST.choices).map((name, k) =>
      nameIn(name, `${what}.choices[${k}]`),
    );
    if (choices.length < 2) wrong(`${what}.choices`, choices, '2 – 6');
    return { choices, answer: oneOf(one.answer, `${what}.answer`, choices) };
  }
  onlyKeys(one, ['low', 'high', 'log', 'measure', 'within'], what);
  const log = one.log ?? false;
  if (typeof log !== 'boolean') wrong(`${what}.log`, log, 'true, false');
  const low = numberIn(one.low, `${what}.low`, log ? 1e-12 : -1e12, 1e12);
  const high = numberIn(one.high, `${what}.high`, low, 1e12);
  if (high === low) wrong(`${what}.high`, high, `> ${low}`);
  const within = numberIn(one.within, `${what}.within`, 0, 1e12);
  return { low, high, log, within, measure: measureIn(one.measure, `${what}.measure`) };
}

/** One setting or several. @param {unknown} value @param {string} what @returns {string[]} */
function rowsIn(value, what) {
  const rows = listIn(Array.isArray(value) ? value : [value], what, MOST.rows);
  for (const one of rows)
    if (!BY_NAME.has(one) && !SEARCHED.includes(one)) wrong(what, one, `learning_rate, …, ${SEARCHED.join(', ')}`);
  return rows;
}

/** @param {unknown} value @param {string} what @param {unknown} base @returns {Step} */
function stepIn(value, what, base) {
  const one = objectIn(value, what);
  onlyKeys(one, ['name', 'study', 'view', 'race', 'predict', 'goals', 'row', 'shows'], what);
  const name = nameIn(one.name, `${what}.name`);
  const study = one.study === undefined ? null : patched(base, objectIn(one.study, `${what}.study`));
  const shows = Object.entries(objectIn(one.shows ?? {}, `${what}.shows`)).map(
    ([key, measure]) =>
      /** @type {[string, Measure]} */ ([nameIn(key, `${what}.shows`), measureIn(measure, `${what}.shows.${key}`)]),
  );
  if (one.race !== undefined && !(typeof one.race === 'string' && RACE.test(one.race)))
    wrong(`${what}.race`, one.race, 'optimizer, ravine, …');
  return {
    name,
    study,
    problem: study && (checkStudy(study) ?? checkTogether(study)),
    view: one.view === undefined ? null : oneOf(one.view, `${what}.view`, VIEW_NAMES),
    race: one.race ?? null,
    rows: one.row === undefined ? [] : rowsIn(one.row, `${what}.row`),
    predict: one.predict === undefined ? null : predictIn(one.predict, `${what}.predict`),
    goals: listIn(one.goals ?? [], `${what}.goals`, LIMITS.goals).map((goal, k) =>
      goalIn(goal, `${what}.goals[${k}]`),
    ),
    shows: Object.fromEntries(shows),
  };
}

/** @param {unknown} value @param {string} what @param {number} most @param {boolean} [optional] */
const paragraphsIn = (value, what, most, optional = false) =>
  optional && value === undefined
    ? []
    : listIn(value, what, most).map((text, k) => textIn(text, `${what}[${k}]`, LIMITS.paragraph));

/** @param {unknown} value @param {string} what @param {Step} step @param {Set<string>} numbers @returns {StepWords} */
function stepWordsIn(value, what, step, numbers) {
  const one = objectIn(value, what);
  onlyKeys(one, ['title', 'body', 'setup', 'ask', 'choices', 'goals', 'hint', 'reveal'], what);
  const line = (/** @type {string} */ key, /** @type {boolean} */ wanted) =>
    wanted ? textIn(one[key], `${what}.${key}`, LIMITS.line) : '';
  const { predict, goals } = step;
  const choices = predict && 'choices' in predict ? predict.choices : [];
  const given = choices.length ? objectIn(one.choices, `${what}.choices`) : {};
  const words = {
    title: textIn(one.title, `${what}.title`, LIMITS.title),
    body: paragraphsIn(one.body, `${what}.body`, LIMITS.paragraphs),
    setup: line('setup', step.study !== null),
    ask: line('ask', predict !== null),
    choices: Object.fromEntries(
      choices.map((name) => [name, textIn(given[name], `${what}.choices.${name}`, LIMITS.line)]),
    ),
    goals: goals.map((_, k) => textIn(one.goals?.[k], `${what}.goals[${k}]`, LIMITS.line)),
    hint: line('hint', one.hint !== undefined),
    reveal: paragraphsIn(one.reveal, `${what}.reveal`, LIMITS.paragraphs, true),
  };
  for (const text of [words.title, words.setup, words.ask, words.hint, ...words.body, ...words.goals, ...words.reveal])
    for (const [place, key] of text.matchAll(PLACE))
      if (!numbers.has(key) && !Object.hasOwn(step.shows, key)) throw new Refusal('place', { what, found: place });
  return words;
}

/** @param {unknown} value @param {string} what @returns {RecordedEpoch} */
function recordedEpochIn(value, what) {
  const isMeasure = (/** @type {unknown} */ x) => x === null || (typeof x === 'number' && Number.isFinite(x));
  const isSound =
    Array.isArray(value) &&
    value.length >= 5 &&
    value.length <= 5 + MOST.layers &&
    Number.isInteger(value[0]) &&
    value[0] >= 1 &&
    value[0] <= MOST.epochs &&
    value.slice(1).every(isMeasure);
  return isSound ? /** @type {RecordedEpoch} */ (value) : wrong(what, value, '[20, 0.1, 0.2, 0.9, 0.9]');
}

/** @param {unknown} value @param {string} what @returns {RecordedTrial} */
function recordedTrialIn(value, what) {
  if (!Array.isArray(value) || value.length < 3 || value.length > 4)
    return wrong(what, value, '["complete", {…}, [[20, 0.1, 0.2, 0.9, 0.9]]]');
  const [state, params, epochs, kept] = value;
  oneOf(state, `${what}[0]`, ['complete', 'pruned', 'diverged']);
  objectIn(params, `${what}[1]`);
  listIn(epochs, `${what}[2]`, MOST.epochs).forEach((one, k) => recordedEpochIn(one, `${what}[2][${k}]`));
  if (kept !== undefined && !epochs.some((/** @type {RecordedEpoch} */ one) => one[0] === kept))
    wrong(`${what}[3]`, kept, '20');
  return /** @type {RecordedTrial} */ (value);
}

/** @param {unknown} value @param {string} what @returns {Recorded} */
function recordedIn(value, what) {
  const one = objectIn(value, what);
  onlyKeys(one, ['trials', 'study', 'test'], what);
  if (one.study !== undefined) objectIn(one.study, `${what}.study`);
  if (one.test !== undefined) {
    const test = objectIn(one.test, `${what}.test`);
    onlyKeys(test, ['trial', 'loss', 'metric'], `${what}.test`);
    for (const key of ['trial', 'loss', 'metric']) numberIn(test[key], `${what}.test.${key}`);
  }
  if (one.trials === undefined && one.study === undefined) wrong(`${what}.trials`, undefined, '[…]');
  listIn(one.trials ?? [], `${what}.trials`, MOST.trials).forEach((trial, k) =>
    recordedTrialIn(trial, `${what}.trials[${k}]`),
  );
  return /** @type {Recorded} */ (/** @type {unknown} */ (one));
}

/** @param {unknown} document @returns {Lesson} */
function lessonIn(document) {
  const all = objectIn(document, 'lesson');
  const { format } = all;
  if (format !== FORMAT) {
    const version = Number(/^tuning-playground\/lesson@(\d{1,6})$/.exec(String(format))?.[1]);
    throw new Refusal(version > 1 ? 'newer' : 'format', { found: glance(format), accepted: FORMAT });
  }
  onlyKeys(all, ['format', 'name', 'minutes', 'study', 'steps', 'texts', 'numbers', 'recorded'], 'lesson');
  const given = listIn(all.steps, 'steps', LIMITS.steps);
  if (!given.length) wrong('steps', given, `1 – ${LIMITS.steps}`);
  const steps = given.map((step, k) => stepIn(step, `steps[${k}]`, all.study));
  const names = steps.map(({ name }) => name);
  const twice = names.find((name, k) => names.indexOf(name) < k);
  if (twice) throw new Refusal('twice', { what: 'steps', found: twice });
  const numbers = Object.entries(objectIn(all.numbers ?? {}, 'numbers'));
  if (numbers.length > MOST.numbers)
    throw new Refusal('long', { what: 'numbers', found: numbers.length, most: MOST.numbers });
  const read = numbers.map(([key, one]) => {
    const { value, as = 'loss' } = objectIn(one, `numbers.${glance(key)}`);
    return /** @type {const} */ ([
      nameIn(key, 'numbers'),
      { value: numberIn(value, `numbers.${key}`), as: oneOf(as, `numbers.${key}.as`, KINDS) },
    ]);
  });
  const known = new Set(read.map(([key]) => key));
  const both = steps.flatMap(({ shows }) => Object.keys(shows)).find((key) => known.has(key));
  if (both) throw new Refusal('twice', { what: 'numbers', found: both });
  const texts = objectIn(all.texts, 'texts');
  onlyKeys(texts, LANGUAGES, 'texts');
  const spoken = LANGUAGES.filter((language) => texts[language] !== undefined);
  if (!spoken.length) wrong('texts', texts, 'en, ko');
  const words = spoken.map((language) => {
    const what = `texts.${language}`;
    const one = objectIn(texts[language], what);
    onlyKeys(one, ['title', 'about', 'steps'], what);
    const own = objectIn(one.steps, `${what}.steps`);
    onlyKeys(own, names, `${what}.steps`);
    const each = steps.map((step) => [
      step.name,
      stepWordsIn(own[step.name], `${what}.steps.${step.name}`, step, known),
    ]);
    return [
      language,
      {
        title: textIn(one.title, `${what}.title`, LIMITS.title),
        about: textIn(one.about, `${what}.about`, LIMITS.line),
        steps: Object.fromEntries(each),
      },
    ];
  });
  const recorded = Object.entries(objectIn(all.recorded ?? {}, 'recorded'));
  onlyKeys(Object.fromEntries(recorded), names, 'recorded');
  return {
    name: nameIn(all.name, 'name'),
    minutes: numberIn(all.minutes ?? 5, 'minutes', 1, MOST.minutes),
    steps,
    texts: Object.fromEntries(words),
    numbers: Object.fromEntries(read),
    recorded: Object.fromEntries(recorded.map(([key, one]) => [key, recordedIn(one, `recorded.${key}`)])),
  };
}

/** A lesson of a document, or of a document's text. @param {unknown} input
 * @returns {{lesson: Lesson} | {problem: Problem}} */
export function readLesson(input) {
  try {
    if (typeof input === 'string') {
      if (input.length > LIMITS.text) throw new Refusal('large', { found: input.length, most: LIMITS.text });
      return { lesson: lessonIn(parsed(input)) };
    }
    return { lesson: lessonIn(input) };
  } catch (error) {
    if (error instanceof Refusal) return { problem: error.problem };
    // Brackets within brackets, too many of them to follow.
    if (error instanceof RangeError) return { problem: { code: 'lesson_json', detail: error.message } };
    throw error;
  }
}

/** @param {string} text @returns {unknown} */
function parsed(text) {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new Refusal('json', { detail: glance(/** @type {Error} */ (error).message) });
  }
}
