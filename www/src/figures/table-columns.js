import { html, nothing } from 'lit';
import { stateMark } from '../controls/icons.js';
import { depthColor } from './colors.js';
import { sweptOf } from '../study/hyperparameters.js';
import { DASH, count, loss, metric, signed } from '../study/format.js';
import { LEARNING, originIn, samplerOf } from '../study/search.js';
import { STATES } from './order.js';
import { gapOf } from '../state/measure.js';
import { lookOf, scoreScale } from '../state/score.js';
import { evaluationsOf } from '../state/trials.js';
import { hasSpread, metricName, plusMinus, scoreName, scoreValue, spreadAt, spreadOf } from '../state/spread.js';

/**
 * The columns that the table of trials may have.
 *
 * @typedef {import('../state/store.js').Store} Store
 * @typedef {import('../study/types.js').Measure} Measure
 * @typedef {import('../study/types.js').Trial} Trial
 * @typedef {{key: string, label: string, num: boolean, minor?: boolean, extra?: boolean, sort: (trial: Trial) =>
 *   number | string, text: (trial: Trial) => unknown, value?: (trial: Trial) => unknown}} Column `extra` where it is
 *   shown only when it was chosen; `value` where a cell is not what it is sorted by
 */

/** A measure of a trial's last epoch; NaN for one that diverged. @param {Trial} trial @param {string} name */
const endedAt = ({ state, epochs }, name) => (state === 'diverged' ? NaN : epochs.measure(name));

/** @param {Store} store @param {string} look */
const state = (store, look) =>
  html`<span class="st" data-look=${look}>${stateMark(look)}${store.t(`state.${look}`)}</span>`;

/** The spread over seeds; with several seeds there is room for it in every row, so that nothing moves.
 * @param {Store} store @param {number} spread @param {string} name */
const around = (store, spread, name) =>
  hasSpread(store) ? html`<span class="pm">${plusMinus(spread, name, store.task)}</span>` : nothing;

/** @param {Store} store @param {number} score @param {import('../state/score.js').ScoreScale} scale */
function bar(store, score, scale) {
  if (!Number.isFinite(score)) return nothing;
  const goodness = scale.goodness(score);
  const { metric: name, direction } = store.objective;
  // A loss is as long as it is large; of accuracies, which hardly differ in length, the best is the longest.
  const share = name.endsWith('loss') && direction !== 'maximize' ? Math.abs(score / (scale.worst || 1)) : goodness;
  const width = Math.max(1, Math.round(82 * Math.min(1, share)) || 1);
  return html`<svg class="bar" width="82" height="7" aria-hidden="true"><rect width=${width} height="7"
      fill=${depthColor(0.1 + 0.9 * goodness, store.dark)}></rect></svg>`;
}

/** A measure as a column; the score has one of its own.
 * @param {Store} store @param {Measure} name @returns {Column} */
function measure(store, name) {
  const isLoss = name.endsWith('loss');
  const part = name.split('_')[0];
  const validation = part === 'validation';
  return {
    key: validation ? 'metric' : name,
    label:
      !isLoss && validation ? metricName(store) : store.t(isLoss ? `score.${name}` : `metric.${store.task}.${part}`),
    num: true,
    sort: (one) => endedAt(one, name),
    text: (one) => {
      if (one.state === 'diverged') return DASH;
      const last = one.epochs.at(-1);
      return html`${isLoss ? loss(last?.[name]) : metric(last?.[name], store.task)}${around(
        store,
        spreadAt(last, name),
        name,
      )}`;
    },
  };
}

/** @param {Store} store @returns {Column[]} */
export function columnsOf(store) {
  const scale = scoreScale(store);
  // The score has a column of its own: beside an accuracy the loss is shown, and the other way round.
  const { metric: score } = store.objective;
  const other = score === 'validation_metric' ? 'validation_loss' : 'validation_metric';
  const further = /** @type {Measure[]} */ (['train_loss', 'train_metric']).filter((one) => one !== score);
  /** @type {Column[]} */
  const columns = [
    {
      key: 'state',
      label: store.t('table.state'),
      num: false,
      sort: (one) => STATES.indexOf(one.state) + (lookOf(store, one) === 'untrained' ? 0.5 : 0),
      text: (one) => state(store, lookOf(store, one)),
      value: (one) => store.t(`state.${lookOf(store, one)}`),
    },
    {
      key: 'score',
      label: scoreName(store),
      num: true,
      sort: (one) => store.score(one),
      text: (one) => html`${scoreValue(store, store.score(one))}${around(store, spreadOf(store, one), score)}`,
    },
    {
      key: 'bar',
      label: '',
      num: false,
      minor: true,
      sort: () => 0,
      text: (one) => bar(store, store.score(one), scale),
    },
    measure(store, other),
    ...further.map((name) => ({ ...measure(store, name), extra: true })),
    {
      key: 'gap',
      label: store.t('table.gap'),
      num: true,
      minor: true,
      sort: gapOf,
      text: (one) => signed(gapOf(one)),
    },
    ...sweptOf(store.shownStudy).map((one) => ({
      key: `param.${one.name}`,
      label: one.label[store.lang],
      num: one.type !== 'categorical' && one.type !== 'bool',
      sort: (/** @type {Trial} */ trial) => /** @type {any} */ (trial.params[one.name] ?? NaN),
      text: (/** @type {Trial} */ trial) => store.setting(trial.params[one.name]),
    })),
  ];
  // A sampler that learns has drawn some at random, and suggested the others.
  if (LEARNING.includes(samplerOf(store.shownStudy)))
    columns.push({
      key: 'origin',
      label: store.t('table.origin'),
      num: false,
      minor: true,
      sort: (one) => originIn(store.shownStudy, one.number) ?? '',
      text: (one) => store.t(`origin.${originIn(store.shownStudy, one.number)}`),
      value: (one) => originIn(store.shownStudy, one.number),
    });
  // Where epochs are swept, they have a column already.
  if (!store.shownStudy.space?.epochs)
    columns.push({
      key: 'epochs',
      label: store.t('table.epochs'),
      num: true,
      minor: true,
      sort: (one) => one.epochs.length,
      text: (one) => one.epochs.length || DASH,
    });
  if (store.trials.patient)
    columns.push({
      key: 'kept_epoch',
      label: store.t('table.kept'),
      num: true,
      minor: true,
      sort: (one) => one.kept_epoch ?? NaN,
      text: (one) => one.kept_epoch ?? DASH,
    });
  // What a step costs is said where some optimizer asks for the gradient more than once.
  if (store.trials.costly)
    columns.push({
      key: 'evaluations',
      label: store.t('table.evaluations'),
      num: true,
      sort: evaluationsOf,
      text: (one) => (one.steps ? count(evaluationsOf(one)) : DASH),
    });
  columns.push({
    key: 'steps',
    label: store.t('table.steps'),
    num: true,
    extra: true,
    sort: (one) => one.steps,
    text: (one) => count(one.steps),
  });
  return columns;
}

/** Whether a column is shown: as it was chosen, else those that are not extra. @param {Column} column
 * @param {Record<string, boolean>} chosen */
export const isShown = ({ key, extra }, chosen) => chosen[key] ?? !extra;

/** What a filter may be about beside hyperparameters; names of both languages, as readers write them.
 * @param {Store} store @returns {import('../study/filter.js').Field[]} */
export function fieldsOf(store) {
  const isClasses = store.task === 'classes';
  const rated = isClasses ? ['accuracy', 'acc', '정확도'] : ['R²', 'R2', '결정계수'];
  const both = (/** @type {string[]} */ ...parts) => parts.flatMap((part) => rated.map((one) => `${part} ${one}`));
  const kind = isClasses ? 'share' : 'number';
  const at = (/** @type {string} */ name) => (/** @type {Trial} */ one) => endedAt(one, name);
  return [
    {
      names: ['val loss', 'validation loss', 'loss', '검증 손실', '손실'],
      kind: 'number',
      value: at('validation_loss'),
    },
    { names: [...rated, ...both('val', 'validation', '검증')], kind, value: at('validation_metric') },
    { names: ['train loss', 'training loss', '훈련 손실'], kind: 'number', value: at('train_loss') },
    { names: both('train', 'training', '훈련'), kind, value: at('train_metric') },
    { names: ['gap', 'generalization gap', '격차', '일반화 격차'], kind: 'number', value: gapOf },
    { names: ['epochs', 'epoch', '에포크'], kind: 'number', value: (one) => one.epochs.length },
    { names: ['steps', '스텝', '스텝 수'], kind: 'number', value: (one) => one.steps },
    { names: ['trial', 'number', '#', '시행', '번호'], kind: 'number', value: (one) => one.number },
    {
      names: ['status', 'state', '상태'],
      kind: 'word',
      value: (one) => lookOf(store, one),
      words: [
        ['complete', ['done', 'complete', '완료']],
        ['untrained', ['learned nothing', 'untrained', '학습 실패', '배우지 못함']],
        ['running', ['running', '실행 중']],
        ['queued', ['queued', '대기']],
        ['pruned', ['pruned', '가지치기', '가지치기됨']],
        ['diverged', ['diverged', '발산']],
        ['failed', ['failed', '실패']],
        ['cancelled', ['cancelled', 'canceled', '취소']],
      ],
    },
  ];
}
