import { aspectName, aspectText } from '../../i18n/aspects.js';
import { pictureOf } from '../../figures/picture.js';
import { orderOf } from '../../figures/order.js';
import { inSlices, turn } from '../../platform/turns.js';
import { exact } from '../../study/format.js';
import { sweptOf } from '../../study/hyperparameters.js';
import { trialDocument } from '../../state/trials.js';
import { measureText, scoreName, scoreText } from '../../state/spread.js';
import { planned } from '../../study/panel.js';
import { withDefaults } from '../../study/same.js';
import { prunerOf } from '../../study/search.js';

/**
 * A run as one HTML file that needs neither a network nor scripts: the study and its question, the figures as they
 * were recorded in both themes, the table, and the documents. What is too large for it is left out and named.
 *
 * @typedef {import('../../state/store.js').Store} Store
 * @typedef {import('../../study/types.js').Trial} Trial
 * @typedef {import('../../study/types.js').HeldResult} HeldResult
 * @typedef {import('../../figures/figure.js').FigurePart} Figure
 * @typedef {{figure: Figure, light: string, dark: string}} Shot
 * @typedef {object} Given
 * @property {HeldResult} result
 * @property {string | null} link that runs the study again
 * @property {string} title
 * @property {Shot[]} shots
 */

/** The file takes so many bytes at most, and its figures so many of them. */
export const MOST_BYTES = 5_000_000;
const FIGURE_BYTES = 2_500_000;
/** Rows of the table, best first. */
const ROWS = 1000;
/** What the rest of the file takes at most, in bytes, beside the question and the table's rows. */
const FRAME = 40_000;

/** @param {string} text */
const bytes = (text) => new TextEncoder().encode(text).length;
/** @param {unknown} text */
export const escaped = (text) =>
  String(text).replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? '');
/** Text for a data block: nothing in it ends the block. @param {unknown} document */
export const blockOf = (document) =>
  JSON.stringify(document, (_, value) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  ).replaceAll('<', '\\u003c');

/** A picture as an address that may stand in a `srcset`, which ends at white space. @param {string} svg */
const addressOf = (svg) =>
  `data:image/svg+xml,${encodeURIComponent(svg).replace(/%(?:2C|3A|3D|2F|3B)/g, decodeURIComponent)}`;

/** Pictures of the figures in both themes; of crowds in the page's own, as drawing them anew takes long.
 * @param {Store} store @param {Figure[]} figures @param {boolean} both
 * @param {(dark: boolean | null) => void} paint @returns {Promise<Shot[]>} */
export async function shotsOf(store, figures, both, paint) {
  const own = store.dark;
  const take = async () => {
    const taken = [];
    for (const figure of figures) taken.push(addressOf((await pictureOf(figure)).svg));
    return taken;
  };
  const first = await take();
  let second = first;
  if (both)
    try {
      paint(!own);
      second = await take();
    } finally {
      paint(null);
    }
  const [light, dark] = own ? [second, first] : [first, second];
  return figures.map((figure, k) => ({ figure, light: light[k], dark: dark[k] }));
}

/**
 * The trials' documents as a list of texts, as much as there is room for: all of them; or without their epochs but for
 * the score; or of these the best.
 * @param {HeldResult} result @param {Trial[]} ranked the best first @param {number} room in bytes
 * @returns {Promise<{text: string, kept: 'all' | 'bare' | 'best', n: number}>}
 */
async function trialTexts({ trials }, ranked, room) {
  /** @param {Iterable<Trial>} from @param {boolean} bare @param {boolean} some whether a part of them will do */
  function* write(from, bare, some) {
    const texts = [];
    let left = room;
    for (const trial of from) {
      const document = trialDocument(trial);
      const text = blockOf(bare ? { ...document, epochs: [] } : document);
      left -= bytes(text) + 1;
      if (left < 0 && !some) return null;
      if (left < 0) break;
      texts.push({ number: trial.number, text });
      yield;
    }
    return texts.sort((a, b) => a.number - b.number).map((one) => one.text);
  }
  const always = () => true;
  for (const [kept, from, bare] of /** @type {const} */ ([
    ['all', trials, false],
    ['bare', trials, true],
    ['best', ranked, true],
  ])) {
    const texts = await inSlices(write(from, bare, kept === 'best'), always);
    if (texts) return { text: `[${texts.join(',\n')}]`, kept, n: texts.length };
  }
  return { text: '[]', kept: 'best', n: 0 };
}

/** @param {Store} store @param {import('../../study/types.js').Distribution} range */
const rangeText = (store, { choices, low, high, step, log, scale }) =>
  choices
    ? choices.map((one) => store.setting(one)).join(', ')
    : [`${exact(Number(low))} – ${exact(Number(high))}`, step ? `/ ${exact(step)}` : '', log ? 'log' : (scale ?? '')]
        .filter((one) => one && one !== 'linear')
        .join(' ');

/** What a study says of its search: how it draws trials, how many, and which of them it stops.
 * @param {import('../../study/types.js').Study} given */
function searchOf(given) {
  const study = withDefaults(given);
  const { sampler, pruner, stages, budget } = study;
  return /** @type {[string, unknown][]} */ ([
    ['sampler', sampler],
    ['trials', planned(study)],
    ...(prunerOf(study) === 'none' ? [] : [['pruner', pruner]]),
    ...(stages ? [['stages', stages]] : []),
    ...(budget ? [['budget', budget]] : []),
  ]);
}

/** The same in a line. @param {Store} store */
export function outlineOf({ lang, study }) {
  const [[, sampler], ...rest] = searchOf(study);
  const name = study.dataset.name;
  return [
    aspectText(lang, 'dataset.name', { value: name }),
    aspectText(lang, 'sampler', { value: sampler }),
    ...rest.map(([key, value]) => `${aspectName(lang, key)} ${aspectText(lang, key, { value })}`),
  ].join(' · ');
}

/** What the study sets, by name. @param {Store} store @returns {[string, string][]} */
function settingsOf(store) {
  const { lang, shownStudy } = store;
  const { dataset, seed, seeds_per_trial: seeds, objective, space, fixed } = withDefaults(shownStudy);
  const place = (/** @type {string} */ key, /** @type {unknown} */ value) =>
    /** @type {[string, string]} */ ([aspectName(lang, key), aspectText(lang, key, { value })]);
  return [
    place('dataset.name', dataset.name),
    ...['samples', 'noise', 'seed'].flatMap((name) => {
      const value = /** @type {any} */ (dataset)[name];
      return value ? [place(`dataset.${name}`, value)] : [];
    }),
    ...Object.entries(space ?? {}).map(
      ([name, range]) => /** @type {[string, string]} */ ([store.label(name), rangeText(store, range)]),
    ),
    ...Object.entries(fixed ?? {}).map(
      ([name, value]) => /** @type {[string, string]} */ ([store.label(name), String(store.setting(value))]),
    ),
    ...searchOf(shownStudy).map(([key, value]) => place(key, value)),
    ...((dataset.folds ?? 1) > 1 ? [place('dataset.folds', dataset.folds)] : []),
    place('seeds_per_trial', seeds),
    place('seed', seed),
    place('objective', objective),
  ];
}

/** @param {Store} store @param {Trial[]} trials */
async function tableOf(store, trials) {
  const swept = sweptOf(store.shownStudy).map((one) => one.name);
  const other = store.objective.metric === 'validation_metric' ? 'validation_loss' : 'validation_metric';
  const names = [
    '#',
    store.t('table.state'),
    ...swept.map((name) => store.label(name)),
    scoreName(store),
    store.t(other === 'validation_loss' ? 'score.validation_loss' : `metric.${store.task}.validation`),
    store.t('epoch'),
  ];
  const cells = (/** @type {Trial} */ trial) => {
    const last = trial.epochs.at(-1);
    return [
      trial.number,
      store.t(`state.${trial.state}`),
      ...swept.map((name) => (trial.params[name] === undefined ? '–' : store.setting(trial.params[name]))),
      scoreText(store, trial),
      last ? measureText(last, other, store.task) : '–',
      trial.epochs.length,
    ];
  };
  const row = (/** @type {unknown[]} */ values, begin = '<td>', end = '</td>') =>
    `<tr>${values.map((one) => `${begin}${escaped(one)}${end}`).join('')}</tr>`;
  const head = row(names, '<th scope="col">', '</th>');
  const rows = await inSlices(
    (function* () {
      /** @type {string[]} */
      const made = [];
      for (const one of trials) {
        made.push(row(cells(one)));
        yield;
      }
      return made;
    })(),
    () => true,
  );
  return `<thead>${head}</thead>\n<tbody>\n${(rows ?? []).join('\n')}\n</tbody>`;
}

const STYLE = `:root{color-scheme:light dark;
--surface:#fff;--ink:#14191c;--ink-2:#465056;--line:#dde2e3;--accent:#bf380e}
@media (prefers-color-scheme:dark){:root{
--surface:#14181b;--ink:#e8ecec;--ink-2:#b1babe;--line:#262d31;--accent:#ff8259}}
*{box-sizing:border-box}
body{margin:0;background:var(--surface);color:var(--ink);font:15px/1.5 -apple-system,BlinkMacSystemFont,'Segoe UI',
Roboto,'Apple SD Gothic Neo','Noto Sans KR','Malgun Gothic',system-ui,sans-serif;font-variant-numeric:tabular-nums}
:lang(ko){word-break:keep-all}
main{max-width:1100px;margin:0 auto;padding:24px 16px}
h1{font-size:24px;line-height:1.25;margin:0 0 4px;overflow-wrap:anywhere}
h2{font-size:17px;margin:28px 0 8px}
.question{font-size:18px;margin:0 0 8px;overflow-wrap:anywhere}
.about{color:var(--ink-2);margin:4px 0}
a{color:var(--accent)}
figure{margin:0 0 8px;max-width:100%}
.figures{display:flex;flex-wrap:wrap;gap:0 8px;align-items:flex-start}
img{display:block;max-width:100%;height:auto}
.scroll{overflow:auto;max-height:70vh}
table{border-collapse:collapse;font-size:13px}
th,td{padding:3px 12px 3px 0;text-align:left;border-bottom:1px solid var(--line);white-space:nowrap}
thead th{position:sticky;top:0;background:var(--surface)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
@media print{.scroll{overflow:visible;max-height:none}}`;

/** @param {Store} store @param {Given} given @returns {Promise<{blob: Blob, left: string[]}>} `left` is left out */
export async function standaloneOf(store, { result, link, title, shots }) {
  const t = (/** @type {string} */ key, /** @type {Record<string, unknown>} */ values = {}) => store.t(key, values);
  const study = store.shownStudy;
  const { engine } = result;
  const left = [];
  /** @type {string[]} */
  const figures = [];
  let spent = 0;
  for (const { figure, light, dark } of shots) {
    const weight = light.length + (dark === light ? 0 : dark.length);
    if (spent + weight > FIGURE_BYTES) {
      left.push(t('share.left.figure', { figure: figure.title }));
      continue;
    }
    spent += weight;
    const other = dark === light ? '' : `<source media="(prefers-color-scheme:dark)" srcset="${dark}">`;
    const alt = escaped(`${figure.pictureTitle}. ${figure.summary()}`);
    figures.push(`<figure><picture>${other}<img src="${light}" alt="${alt}"></picture></figure>`);
  }
  // Those without a score come last.
  const numbers = orderOf(result.trials, (one) => store.score(one), store.objective.direction === 'maximize');
  const order = numbers.flatMap((number) => store.trials.get(number) ?? []);
  await turn();
  const shown = order.slice(0, ROWS);
  if (shown.length < order.length) left.push(t('share.left.rows', { n: shown.length, all: order.length }));
  const table = await tableOf(store, shown);
  const { trials: _, ...head } = result;
  const kept = await trialTexts(result, order, MOST_BYTES - spent - bytes(table) - FRAME);
  if (kept.kept === 'bare') left.push(t('share.left.epochs'));
  if (kept.kept === 'best') left.push(t('share.left.trials', { n: kept.n, all: result.trials.length }));
  const document = `${blockOf(head).slice(0, -1)},"trials":${kept.text}}`;
  const best = result.best === null ? null : store.trials.get(result.best);
  const about = [
    t('share.recorded', { date: new Date().toISOString().slice(0, 10) }),
    t('share.trained', {
      n: result.trials.length,
      backend: engine.backend.toUpperCase(),
      adapter: engine.adapter || '–',
    }),
    best ? t('share.best', { trial: best.number, score: `${scoreName(store)} ${scoreText(store, best)}` }) : '',
  ].filter(Boolean);
  const list = (/** @type {string[]} */ lines) =>
    lines.map((line) => `<p class="about">${escaped(line)}</p>`).join('\n');
  const section = (/** @type {string} */ name, /** @type {string} */ body) =>
    body ? `<h2>${escaped(t(name))}</h2>\n${body}\n` : '';
  const html = `<!doctype html>
<html lang="${store.lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="generator" content="Tuning Playground ${escaped(engine.version ?? '')}">
<title>${escaped(title)}</title>
<style>
${STYLE}
</style>
</head>
<body>
<main>
<h1><bdi>${escaped(title)}</bdi></h1>
${study.question ? `<p class="question"><bdi>${escaped(study.question)}</bdi></p>` : ''}
${list(about)}
<p>${link ? `<a href="${escaped(link)}">${escaped(t('share.again'))}</a>` : escaped(t('share.no_link'))}</p>
${section('share.figures', figures.length ? `<div class="figures">\n${figures.join('\n')}\n</div>` : '')}${section(
    'share.study',
    `<table><tbody>\n${settingsOf(store)
      .map(([name, value]) => `<tr><th scope="row">${escaped(name)}</th><td>${escaped(value)}</td></tr>`)
      .join('\n')}\n</tbody></table>`,
  )}${section(
    'share.trials',
    `<div class="scroll" tabindex="0" role="region" aria-label="${escaped(t('share.trials'))}">
<table>
${table}
</table>
</div>`,
  )}${section('share.left', list(left))}<p class="about">${escaped(t('share.inside'))}</p>
</main>
<script type="application/json" id="result">
${document}
</script>
</body>
</html>
`;
  return { blob: new Blob([html], { type: 'text/html;charset=utf-8' }), left };
}

/** Thousands of trials are put into words in slices. @param {Iterable<string>} texts @returns {Promise<string[]>} */
export async function partsOf(texts) {
  /** @type {string[]} */
  const parts = [];
  await inSlices(
    (function* () {
      for (const text of texts) {
        parts.push(text);
        yield;
      }
    })(),
    () => true,
  );
  return parts;
}
