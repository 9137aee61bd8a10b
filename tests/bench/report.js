import { cpus, platform, totalmem } from 'node:os';

/**
 * The report, as Markdown.
 *
 * @typedef {{name: string, rates: number[], failure: string | null, info: any}} Row steps a second, of all trials
 * @typedef {{width: number, trials: number, steps?: number, seconds?: number, bytes?: number, plan?: string, problem?: any, skipped?: boolean}} Cell
 */

const OURS = ['ours, CPU', 'ours, GPU'];
const TENSORS = ['TensorFlow.js', 'jax-js'];
const TUNED = ', hand-tuned';

/** @param {number[]} numbers */
function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Three figures. @param {number} value */
const figures = (value) => (value >= 1000 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3))));

/** @param {(string | number)[][]} lines the first is the head */
function table([first, ...lines]) {
  const row = (/** @type {(string | number)[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [row(first), row(first.map((_, at) => (at ? '---:' : '---'))), ...lines.map(row)].join('\n');
}

/** @param {{browser: string, adapter?: string, rounds: number, isolated: boolean}} about */
export function head({ browser, adapter, rounds, isolated }) {
  const [cpu] = cpus();
  return `# What the engine and its peers do in a browser

${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpu?.model.trim() ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()}; Chromium ${browser}, headless; WebGPU adapter: ${adapter ?? 'not asked'}${isolated ? '; cross-origin isolated' : ''}.

Made by \`cargo xtask bench\`: medians of ${rounds} interleaved repeat${rounds > 1 ? 's' : ''} after a warm-up, lowest and highest beside. Peers train rows of the same sizes and kinds, cut into batches before the clock starts; weights are read back before it stops. A peer slower than 10 s a repeat runs fewer steps, scaled. A library's name alone is code as its documentation shows it: its own optimizer and random numbers, or their expressions where it offers none that fits, an array to each layer's weights and biases. "Hand-tuned" is that code rewritten for these works, where that made it faster: Adam over all parameters in one array, dropout masks drawn apart. Ours runs through the Workers that the page uses.${isolated ? '' : ' Nobody has shared memory, which static hosts do not send the headers for (\`--isolated\` sends them, and peers have threads).'}`;
}

/** How many times ours is faster, by the medians. @param {Row[]} rows @param {(name: string) => number | null} of */
const against = (rows, of) => (/** @type {string} */ ours, /** @type {Row} */ row) => {
  const [mine, its] = [of(ours), of(row.name)];
  return rows.some(({ name }) => name === ours) && mine && its ? `${figures(mine / its)} ×` : '–';
};

/** @param {Row[]} rows */
const medianOf = (rows) => (/** @type {string} */ name) => {
  const row = rows.find((one) => one.name === name);
  return row && row.rates.length && !row.failure ? median(row.rates) : null;
};

/** @param {string} title @param {Row[]} rows */
export function rates(title, rows) {
  const ratio = against(rows, medianOf(rows));
  const lines = rows.map((row) =>
    row.failure || !row.rates.length
      ? [row.name, `failed: ${row.failure}`, '', '', '']
      : [row.name, figures(median(row.rates)), `${figures(Math.min(...row.rates))} – ${figures(Math.max(...row.rates))}`, ...OURS.map((name) => ratio(name, row))],
  );
  return `## ${title}\n\n${table([['who', 'steps/s', 'lowest – highest', ...OURS.map((name) => `${name}, is faster by`)], ...lines])}${plans(rows)}`;
}

/** W3's times; a peer whose networks are done sooner one after the other is given that.
 * @param {string} title @param {Row[]} rows @param {number} steps of all trials @param {Row[]} [single] what one network does */
export function times(title, rows, steps, single = []) {
  const best = bestRates(rows, single);
  const ratio = against(rows, (name) => best.get(name)?.rate ?? null);
  const lines = rows.map((row) => {
    const own = best.get(row.name);
    if (!own) return [row.name, `failed: ${row.failure}`, '', '', '', ''];
    const [low, high] = [steps / Math.max(...own.rates), steps / Math.min(...own.rates)];
    return [row.name, figures(steps / own.rate), `${figures(low)} – ${figures(high)}`, own.how, ...OURS.map((name) => ratio(name, row))];
  });
  return `## ${title}\n\n${table([['who', 'seconds', 'lowest – highest', 'trained', ...OURS.map((name) => `${name}, is faster by`)], ...lines])}${plans(rows)}`;
}

/** @param {Row[]} rows @param {Row[]} single */
function bestRates(rows, single) {
  const one = medianOf(single);
  const together = medianOf(rows);
  /** @type {Map<string, {rate: number, rates: number[], how: string}>} */
  const best = new Map();
  for (const { name, rates: own } of rows) {
    const isOurs = name.startsWith('ours');
    const [all, alone] = [together(name), isOurs ? null : one(name)];
    if (all && all >= (alone ?? 0)) best.set(name, { rate: all, rates: own, how: name === 'ConvNetJS' ? 'one after the other' : 'together' });
    else if (alone) best.set(name, { rate: alone, rates: single.find((row) => row.name === name)?.rates ?? [], how: 'one after the other, as W1' });
  }
  return best;
}

/** @param {Row[]} rows */
function plans(rows) {
  const told = rows.filter(({ info, failure }) => info && !failure);
  return told.map(({ name, info }) => `\n\n${name}: ${info.adapter}, ${info.workers} Worker${info.workers > 1 ? 's' : ''}, plan ${info.plan}, ${info.bytes_per_trial.toLocaleString('en-US')} bytes a trial.`).join('');
}

/**
 * What was asked of the engine, and what it does: against libraries as documented, and however they are used.
 * @param {Record<string, Row[]>} rows
 */
export function verdict(rows) {
  /** @type {(string | number)[][]} */ const lines = [];
  /** @typedef {(name: string) => number | null | undefined} RateOf */
  const line = (/** @type {string} */ what, /** @type {number | null | undefined} */ mine, /** @type {string[]} */ peers, /** @type {RateOf} */ of, /** @type {number} */ least, /** @type {string} */ aim) => {
    const there = peers.map((name) => ({ name, rate: of(name) ?? 0 })).filter(({ rate }) => rate > 0).sort((a, b) => b.rate - a.rate);
    const plain = there.find(({ name }) => !name.endsWith(TUNED));
    if (!mine || !there.length) return;
    const cells = [plain, there[0]].flatMap((one) => (one ? [`${figures(mine / one.rate)} × (${one.name})`, mine / one.rate >= least ? 'yes' : 'no'] : ['–', '–']));
    lines.push([what, `${least} ×`, aim, ...cells]);
  };
  const peers = (/** @type {Row[]} */ all, /** @type {string[]} */ starts) => all.map(({ name }) => name).filter((name) => starts.some((start) => name.startsWith(start)));
  if (rows.W3) {
    const best = bestRates(rows.W3, rows.W1 ?? []);
    const of = (/** @type {string} */ name) => best.get(name)?.rate;
    line('W3, CPU, against the fastest tensor library', of(OURS[0]), peers(rows.W3, TENSORS), of, 25, '40 ×');
    line('W3, GPU (software adapter), against the fastest tensor library', of(OURS[1]), peers(rows.W3, TENSORS), of, 10, '15 ×');
  }
  const sweep = rows['W2 x16'];
  if (sweep) {
    const rate = medianOf(sweep);
    line('W2, 16 trials, CPU, against jax-js wasm', rate(OURS[0]), peers(sweep, ['jax-js wasm']), rate, 2, '3 ×');
    line('W2, 16 trials, GPU (software adapter), against jax-js webgpu', rate(OURS[1]), peers(sweep, ['jax-js webgpu']), rate, 4, '');
  }
  if (rows.W1) line('W1, CPU, against ConvNetJS', medianOf(rows.W1)(OURS[0]), ['ConvNetJS'], medianOf(rows.W1), 6, '10 ×');
  const columns = ['ratio', 'asked', 'aim', 'to the peer as documented', 'reached', 'to the fastest, hand-tuned or not', 'reached'];
  return lines.length ? `## What was asked\n\n${table([columns, ...lines])}` : '';
}

/** The engine names the limit that a work exceeds: its own for memory, or the device's for a binding. @param {any} problem */
function refusal({ code, needed_mb, limit }) {
  if (code === 'too_large') return `refused (${needed_mb} MB${limit && limit !== 'memory' ? ', binding limit' : ''})`;
  return code === 'gpu' ? 'refused (by the device)' : `refused (${code})`;
}

/** @param {string} name @param {Cell[]} cells @param {any} info */
export function scaling(name, cells, info) {
  const trials = [...new Set(cells.map((cell) => cell.trials))];
  const widths = [...new Set(cells.map((cell) => cell.width))];
  const of = (/** @type {number} */ width, /** @type {number} */ count) => cells.find((cell) => cell.width === width && cell.trials === count);
  const say = (/** @type {Cell | undefined} */ cell) => {
    if (!cell || cell.skipped) return 'slow';
    if (cell.problem) return refusal(cell.problem);
    return figures((1e6 * (cell.seconds ?? 0)) / (cell.steps ?? 1));
  };
  const bytes = (/** @type {number} */ width) => cells.find((cell) => cell.width === width && cell.bytes)?.bytes;
  const plan = (/** @type {number} */ width) => [...new Set(cells.flatMap((cell) => (cell.width === width && cell.plan) || []))].join(', ') || '–';
  const lines = widths.map((width) => [width, bytes(width)?.toLocaleString('en-US') ?? '–', plan(width), ...trials.map((count) => say(of(width, count)))]);
  return `## Scaling, ${name}: microseconds a trial-step over trials

2-width-width-2, batch 32, Adam; ${info?.adapter}. More than 512 MB is refused, or more than a device binds at once ("binding limit"); "slow": a step of all trials would take more than 2 s.

${table([['width', 'bytes a trial', 'plan', ...trials.map((count) => count.toLocaleString('en-US'))], ...lines])}`;
}
