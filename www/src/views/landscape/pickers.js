import { html, nothing } from 'lit';
import { folded } from '../../controls/folded.js';
import { segmented } from '../../controls/segmented.js';
import { PLANES, SIDES } from '../../state/landscape.js';
import { PARTNERS, partnersOf } from '../../state/partners.js';
import { canMove } from './framing.js';
import './tp-some-rows.js';

/**
 * What the reader may choose above the landscape.
 *
 * @typedef {object} Figure
 * @property {import('../../state/store.js').Store} store
 * @property {import('./shown.js').Shown | null} shown
 * @property {'loss' | 'accuracy'} measure
 * @property {'loss' | 'accuracy'} metric
 * @property {boolean} log
 * @property {import('./space.js').Space} space
 * @property {import('./framing.js').Framing} framing
 * @property {(key: string, values?: Record<string, unknown>) => string} t
 * @property {(name: 'landscape', detail: Partial<import('../../state/landscape.js').LandscapeOptions>) => void} act
 * @property {() => boolean} hasDiverged
 * @property {() => import('../../figures/figure-data.js').Key} divergedKey
 * @property {(keys: import('../../figures/figure-data.js').Key[]) => unknown} keyLine
 */

const ROWS = /** @type {const} */ (['validation', 'train']);

/** @param {Figure} part */
export function pickersOf(part) {
  const { store, measure } = part;
  const { options } = store.landscape;
  const pick = (
    /** @type {string} */ group,
    /** @type {readonly string[]} */ all,
    /** @type {string} */ now,
    /** @type {(value: any) => void} */ act,
    /** @type {(value: string) => {title?: string, disabled?: boolean}} */ more = () => ({}),
  ) =>
    segmented(
      part.t(`landscape.${group}`),
      all.map((value) => ({ value, text: part.t(`landscape.${group}.${value}`), ...more(value) })),
      now,
      act,
      { testid: `landscape-${group}` },
    );
  const others = partnersOf(store, PARTNERS.three);
  const isLine = options.plane === 'line';
  return html`<div class="pickers">
    ${pick(
      'plane',
      PLANES,
      options.plane,
      (plane) => part.act('landscape', { plane }),
      (value) => through(part, value, others),
    )}
    ${
      store.task === 'numbers'
        ? nothing
        : pick('metric', ['loss', 'accuracy'], measure, (one) => {
            part.metric = one;
          })
    }
    ${pick(
      'view',
      ['flat', 'solid'],
      part.space.wanted && !isLine ? 'solid' : 'flat',
      (one) => {
        void part.space.choose(one === 'solid');
      },
      (value) => (value === 'solid' && isLine ? { disabled: true, title: part.t('landscape.view.line') } : {}),
    )}
    ${folded(part.t('landscape.more'), 'landscape-more', [
      pick('rows', ROWS, options.rows, (rows) => part.act('landscape', { rows })),
      html`<tp-some-rows .store=${store} .value=${options.limit}
        .of=${store.landscape.rowsOf[options.rows]}></tp-some-rows>`,
      measure === 'loss'
        ? pick('scale', ['log', 'linear'], part.log ? 'log' : 'linear', (one) => {
            part.log = one === 'log';
          })
        : nothing,
      isLine
        ? nothing
        : html`<label class="sides"><span class="k">${part.t('landscape.side')}</span> <select class="field-input"
          data-testid="landscape-side"
          @change=${(/** @type {Event} */ event) =>
            part.act('landscape', { side: Number(/** @type {HTMLSelectElement} */ (event.target).value) })}
          >${SIDES.map(
            (n) => html`<option value=${n} ?selected=${n === options.side}>${n}</option>`,
          )}</select></label>`,
    ])}
    ${part.hasDiverged() ? part.keyLine([part.divergedKey()]) : nothing}
    ${
      part.space.reason
        ? html`<p class="q" role="status" data-testid="landscape-flat">${part.t(
            `landscape.flat.${part.space.reason}`,
          )}</p>`
        : nothing
    }</div>`;
}

/** Which trials a plane goes through, or why it cannot. @param {Figure} part @param {string} plane
 * @param {number[]} others */
function through(part, plane, others) {
  const wanted = PARTNERS[plane] ?? 0;
  const { selected } = part.store;
  if (!wanted || !selected) return {};
  const trials = [selected.number, ...others.slice(0, wanted)];
  if (trials.length > wanted) return { title: part.t('landscape.through', { trials: trials.join(', ') }) };
  return { disabled: true, title: part.t('landscape.through.none', { n: wanted + 1, found: trials.length }) };
}

/** What the picture frames, where there is a choice, and the way back from a frame of the reader's own.
 * @param {Figure} part */
export function framesOf(part) {
  const { shown } = part;
  if (!shown || part.space.wanted || !canMove(shown)) return nothing;
  const now = part.framing.kind(shown);
  const button = (/** @type {string} */ name, /** @type {() => void} */ act) => html`<button type="button" class="btn"
    data-testid="landscape-frame-${name}" @click=${act}>${part.t(`landscape.frame.${name}`)}</button>`;
  return html`${
    now === 'trial' ? nothing : button('trial', () => part.framing.trial(shown))
  }${now === 'home' ? nothing : button(shown.path ? 'path' : 'reset', () => part.framing.reframe(null))}`;
}
