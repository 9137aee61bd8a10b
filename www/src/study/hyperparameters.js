import table from '../../../src/study/hyperparameters.json' with { type: 'json' };
import catalog from '../../../src/dataset/catalog.json' with { type: 'json' };

/**
 * The tables that engine and page share, and what the page derives from them: which rows a study shows, what a
 * hyperparameter's default is, how its values are written.
 *
 * @typedef {import('./types.js').Study} Study
 * @typedef {import('./types.js').Value} Value
 * @typedef {import('./types.js').Distribution} Distribution
 * @typedef {{name: string, type: 'float' | 'int' | 'categorical' | 'bool' | 'list' | 'points',
 *   low: number | null, high: number | null, choices: string[] | null, available_choices?: string[], default: any,
 *   moves_momentum?: string[],
 *   scale: 'linear' | 'log' | 'log1m', sweep: Distribution | null, group: 'model' | 'optimization' | 'training',
 *   used_by: Record<string, (string | null)[] | {above: number | string}> | null, available: boolean, live?: boolean,
 *   label: {en: string, ko: string}, help: {en: string, ko: string},
 *   about?: Record<string, {en: string, ko: string}>}} Hyperparameter
 * @typedef {{name: string, task: string, kind: string, rows: number, features: number, classes: number,
 *   class_rows?: number[], noise: boolean, available: boolean,
 *   label: {en: string, ko: string}, about: {en: string, ko: string}}} Dataset
 */

/** @type {Hyperparameter[]} */
export const HYPERPARAMETERS = /** @type {any} */ (table);
/** @type {Map<string, Hyperparameter>} */
export const BY_NAME = new Map(HYPERPARAMETERS.map((one) => [one.name, one]));
/** @type {Dataset[]} */
export const DATASETS = /** @type {any} */ (catalog);
export const GROUPS = /** @type {const} */ (['model', 'optimization', 'training']);
/** The samplers that the engine has, in the order shown. */
export const SAMPLERS = ['hand', 'grid', 'random', 'sobol', 'tpe', 'gp', 'cmaes', 'pbt'];

/** So many of them a guest on another page leaves to its readers. */
export const MOST_KNOBS = 3;

/** A study's data set; of a reader's own data what was found in them.
 * @param {Study} study @returns {Dataset | undefined} */
export function datasetOf({ dataset }) {
  const known = DATASETS.find((one) => one.name === dataset.name);
  const { found, derived } = dataset;
  if (!known || (!derived?.length && !isOwn(known))) return known;
  const features = (found ?? known).features + (derived?.length ?? 0);
  return { ...known, ...found, features };
}

/** Features that may be made of the two of a plane, as `src/dataset/derived.rs` has them. */
export const DERIVED = ['x1_squared', 'x2_squared', 'x1_x2', 'sin_x1', 'sin_x2'];

/** Features that a study's data have by themselves. @param {Study} study */
export const ownFeatures = (study) => (datasetOf(study)?.features ?? 0) - (study.dataset.derived?.length ?? 0);

/** Whether a data set is the reader's own. @param {Dataset} one */
export const isOwn = (one) => one.kind === 'text' || one.kind === 'files';

/** @param {Study} study */
export const taskOf = (study) => datasetOf(study)?.task || 'classes';

/** @param {Hyperparameter} one */
export const choicesOf = (one) => (one.type === 'bool' ? [false, true] : (one.available_choices ?? one.choices ?? []));

/** What a hyperparameter is when the study does not mention it.
 * @param {Hyperparameter} one @param {Study} study @param {Record<string, Value>} [drawn] @returns {Value} */
export function defaultOf(one, study, drawn = {}) {
  const given = one.default;
  if (given === null || typeof given !== 'object' || Array.isArray(given)) return given;
  const key = given.by === 'task' ? taskOf(study) : String(valueIn(given.by, study, drawn));
  return key in given ? given[key] : 0;
}

/** @param {Hyperparameter} one @param {Study} study @returns {Value} */
export const valueOf = (one, study) => study.fixed?.[one.name] ?? defaultOf(one, study);

/** A hyperparameter's value in a trial: drawn, fixed, or the default. A list of widths overrides the depth.
 * @param {string} name @param {Study} study @param {Record<string, Value>} drawn @returns {Value} */
export function valueIn(name, study, drawn) {
  const widths = name === 'hidden_layers' ? valueIn('hidden', study, drawn) : null;
  if (Array.isArray(widths)) return widths.length;
  const one = BY_NAME.get(name);
  return drawn[name] ?? study.fixed?.[name] ?? (one ? defaultOf(one, study, drawn) : null);
}

/** What decides whether two trials' weights can be compared one by one: layers, activation and loss, as one text.
 * @param {Study} study @param {Record<string, Value>} drawn */
export function shapeOf(study, drawn) {
  const value = (/** @type {string} */ name) => valueIn(name, study, drawn);
  const given = value('hidden');
  const depth = Number(value('hidden_layers'));
  const widths = Array.isArray(given)
    ? given
    : Array.from({ length: depth }, (_, k) => value(`units_${k + 1}`) ?? value('hidden_units'));
  const isNormed = widths.length > 0 && uses(BY_NAME.get('batch_norm'), study, drawn) && value('batch_norm') === true;
  return JSON.stringify([
    widths,
    widths.length ? value('activation') : null,
    value('loss'),
    ...(isNormed ? [true] : []),
  ]);
}

// Which hyperparameters trials use, by the conditions of the table: as src/study/usage.rs has it.

/** Whether a schedule puts a momentum in the place of the optimizer's. @param {unknown} schedule its name */
export const movesMomentum = (schedule) =>
  BY_NAME.get('schedule')?.moves_momentum?.includes(String(schedule)) === true;

/**
 * A condition is a list of values, or `{above: n}`, where "units" is the number of first hidden layers whose widths
 * are given one by one. A schedule that moves momentum has some, whatever the optimizer's is.
 * @param {string} owner
 * @param {any} condition
 * @param {Study} study
 * @param {Record<string, Value>} drawn
 */
function meets(owner, condition, study, drawn) {
  const value = valueIn(owner, study, drawn);
  if (Array.isArray(condition)) return condition.includes(value);
  if (owner === 'momentum' && movesMomentum(valueIn('schedule', study, drawn))) return true;
  let limit = condition.above;
  if (limit === 'units') {
    const given = (/** @type {string} */ name) =>
      study.fixed?.[name] !== undefined || study.space?.[name] !== undefined;
    limit = 0;
    while (given(`units_${limit + 1}`)) limit++;
  }
  return Number(value) > limit;
}

/** Whether a trial uses a hyperparameter.
 * @param {Hyperparameter | undefined} one @param {Study} study @param {Record<string, Value>} drawn */
export const uses = (one, study, drawn) =>
  Object.entries(one?.used_by ?? {}).every(([owner, condition]) => meets(owner, condition, study, drawn));

/**
 * What is swept and decides whether these are used.
 * @param {(Hyperparameter | undefined)[]} rows
 * @param {Study} study
 */
function deciding(rows, study) {
  const owners = (/** @type {Hyperparameter | undefined} */ one) => Object.keys(one?.used_by ?? {});
  const names = rows.flatMap(owners);
  // The list grows while it is walked: what an owner's own value or use hangs on decides, too.
  for (const name of names) {
    const one = BY_NAME.get(name);
    for (const next of [...owners(one), one?.default?.by]) if (next && !names.includes(next)) names.push(next);
  }
  return Object.keys(study.space ?? {}).filter((name) => names.includes(name));
}

/** Every combination of the axes' values. @param {[string, Value[]][]} axes */
function* cases(axes) {
  const at = axes.map(() => 0);
  for (;;) {
    yield { drawn: Object.fromEntries(axes.map(([name, values], i) => [name, values[at[i]]])), at };
    let turning = at.length - 1;
    while (turning >= 0 && at[turning] + 1 >= axes[turning][1].length) turning--;
    if (turning < 0) return;
    at[turning]++;
    at.fill(0, turning + 1);
  }
}

/** What keeps every trial of the study from using a hyperparameter; null where some trial can use it.
 * @param {Hyperparameter} one @param {Study} study @returns {string | null} */
export function inertBy(one, study) {
  const conditions = Object.entries(one.used_by ?? {});
  const met = new Set();
  const ends = (/** @type {any} */ range) => range.choices ?? [range.low, range.high];
  for (const { drawn } of cases(deciding([one], study).map((name) => [name, ends(study.space?.[name])]))) {
    const now = conditions.filter(([owner, condition]) => meets(owner, condition, study, drawn));
    if (now.length === conditions.length) return null;
    for (const [owner] of now) met.add(owner);
  }
  return (conditions.find(([owner]) => !met.has(owner)) ?? conditions[0])[0];
}

/** Whether any trial of the study can use the hyperparameter. @param {Hyperparameter} one @param {Study} study */
export const used = (one, study) => inertBy(one, study) === null;

/** Rows of the study panel: what this engine has, what the study can use, and all that the study mentions.
 * @param {Study} study @param {string[] | null} [only] */
export function rowsOf(study, only = null) {
  return HYPERPARAMETERS.filter((one) => {
    if (only) return only.includes(one.name);
    if (!one.available) return false;
    if (study.space?.[one.name]) return true;
    // Stages say how many epochs there are.
    if (one.name === 'epochs' && study.stages) return false;
    if (/^units_\d+$/.test(one.name)) return study.fixed?.[one.name] !== undefined;
    if (one.choices && choicesOf(one).length < 2) return study.fixed?.[one.name] !== undefined;
    return used(one, study);
  });
}

/** @param {Distribution} distribution @returns {'linear' | 'log' | 'log1m' | 'choices'} */
export function scaleOf(distribution) {
  if (distribution.type === 'categorical') return 'choices';
  return distribution.scale ?? (distribution.log ? 'log' : 'linear');
}

/** Swept hyperparameters in the order of the table.
 * @param {Study} study */
export const sweptOf = (study) =>
  HYPERPARAMETERS.filter((one) => study.space?.[one.name]).concat(
    Object.keys(study.space ?? {})
      .filter((name) => !BY_NAME.has(name))
      .map(
        (name) =>
          /** @type {any} */ ({
            name,
            type: 'categorical',
            scale: 'linear',
            label: { en: name, ko: name },
            help: { en: '', ko: '' },
          }),
      ),
  );

/** More steps than this are not made to be counted. */
const MOST_VALUES = 2000;

/** A place on a scale, as the engine computes it. @param {Distribution} range @param {number} u */
export function between(range, u) {
  const [low, high] = [Number(range.low), Number(range.high)];
  const scale = scaleOf(range);
  if (scale === 'linear') return low + u * (high - low);
  const [a, b] = scale === 'log' ? [Math.log(low), Math.log(high)] : [Math.log(1 - low), Math.log(1 - high)];
  const x = Math.exp(a + u * (b - a));
  return scale === 'log' ? x : 1 - x;
}

/** The values that a grid takes from a range, and how many; of very many steps only the ends are made.
 * @param {Distribution} range @param {number} points @returns {{size: number, values: Value[]}} */
function gridAxis(range, points) {
  const all = (/** @type {Value[]} */ values) => ({ size: values.length, values });
  if (range.choices) return all(range.choices);
  const [low, high] = [Number(range.low), Number(range.high)];
  const whole = range.type === 'int';
  const step = range.step ?? 1;
  const n = Math.floor((high - low) / step + 1e-9) + 1;
  if (range.step || (whole && n <= points)) {
    const at = (/** @type {number} */ k) => Math.min(low + k * step, high);
    return n > MOST_VALUES ? { size: n, values: [low, high] } : all(Array.from({ length: n }, (_, k) => at(k)));
  }
  /** @type {number[]} */
  const values = [];
  for (let k = 0; k < points; k++) {
    let x =
      points < 2 ? between(range, 0.5) : k === 0 ? low : k === points - 1 ? high : between(range, k / (points - 1));
    x = Math.max(low, Math.min(high, x));
    const last = /** @type {number | undefined} */ (values[values.length - 1]);
    if (whole)
      values.push(Math.max(Math.round(x), last === undefined ? low : Math.min(last + 1, high - points + k + 1)));
    else if (last === undefined || (x > last && (k === points - 1 || x < high))) values.push(x);
  }
  return all(values);
}

/** A grid's points along an axis. @param {Study} study @param {string} name @returns {number} */
const pointsOf = ({ sampler }, name) => {
  const points = /** @type {number | Record<string, number>} */ (sampler?.points ?? 5);
  return typeof points === 'number' ? points : (points[name] ?? 5);
};

/** How many combinations a grid over the study has, each that trials can use once.
 * @param {Study} study */
export function gridSize(study) {
  const names = Object.keys(study.space ?? {});
  const rows = names.map((name) => BY_NAME.get(name));
  const axes = new Map(
    names.map((name) => [name, gridAxis(/** @type {any} */ (study.space)[name], pointsOf(study, name))]),
  );
  /** @type {Map<string, number[]>} how many values each case stands for */
  const counts = new Map();
  const kinds = deciding(rows, study).map((name) => {
    const { size, values } = /** @type {{size: number, values: Value[]}} */ (axes.get(name));
    /** @type {Map<unknown, {value: Value, n: number}>} numbers that meet the same conditions are one case */
    const found = new Map();
    for (const value of values) {
      const met = rows.map(
        (one) => !!one?.used_by?.[name] && meets(name, one.used_by[name], study, { [name]: value }),
      );
      const key = typeof value === 'number' ? met.join() : value;
      const kind = found.get(key);
      if (kind) kind.n++;
      else found.set(key, { value, n: 1 });
    }
    const list = [...found.values()];
    list[list.length - 1].n += size - values.length;
    counts.set(
      name,
      list.map((one) => one.n),
    );
    return /** @type {[string, Value[]]} */ ([name, list.map((one) => one.value)]);
  });
  let total = 0;
  for (const { drawn, at } of cases(kinds)) {
    total += names.reduce((size, name, i) => {
      const place = kinds.findIndex(([other]) => other === name);
      const inUse = uses(rows[i], study, drawn);
      if (place < 0) return inUse ? size * (axes.get(name)?.size ?? 1) : size;
      // What is not used stands for all of its values once.
      return inUse ? size * (counts.get(name)?.[at[place]] ?? 1) : at[place] > 0 ? 0 : size;
    }, 1);
  }
  return total;
}
