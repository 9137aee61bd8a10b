import { html, nothing } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { Part, define } from '../../controls/part.js';
import { segmented } from '../../controls/segmented.js';
import { SurfaceAxes } from '../../figures/surface-axes.js';
import '../../figures/tp-surface.js';
import '../../figures/tp-curves.js';
import { later } from '../../platform/later.js';
import sheet from './style.css?inline';

/** Response surface, loss curves and trial table of one study; or of two runs, side by side. */
export class TpSweep extends Part {
  static sheet = sheet;
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['shelf'];

  constructor() {
    super();
    /** @private of both surfaces */ this.places = new SurfaceAxes();
    /** @private the run beside the one shown, as it was drawn */ this.beside = '';
    /** @private what stands beside the surface @type {'curves' | 'progress'} */ this.mode = 'curves';
  }

  connectedCallback() {
    super.connectedCallback();
    // The page is there before its table, which has nothing to say yet; guests have no room for either.
    if (this.store?.whole) for (const one of ['table', 'best']) void later(one).catch(() => {});
  }

  /** The loss curves, or in their place what was found by when. @private */
  curves() {
    const { store } = this;
    return this.mode === 'progress' && !store.other
      ? html`<tp-progress .store=${store}></tp-progress>`
      : html`<tp-curves .store=${store}></tp-curves>`;
  }

  /** @private @param {CustomEvent<'curves' | 'progress'>} event */
  async onMode({ detail }) {
    if (detail === 'progress' && !(await later('progress').catch(() => null))) return;
    this.mode = detail;
    this.requestUpdate();
    await this.updateComplete;
    // The button that was pressed is in the other figure now.
    requestAnimationFrame(() => {
      const next = detail === 'progress' ? 'show-curves' : 'show-progress';
      /** @type {HTMLElement | null} */ (this.querySelector(`[data-testid="${next}"]`))?.focus();
    });
  }

  /** Only another run beside, or over, the one shown changes anything here, and the words between the two. */
  wake() {
    if (this.shown !== this.beside) this.requestUpdate();
  }

  /** @private What of the shelf makes a difference here. */
  get shown() {
    const { beside, overlaid } = this.store.shelf;
    return `${beside?.id ?? ''} ${overlaid} ${beside ? this.store.lang : ''}`;
  }

  /** How the curves of two runs lie: beside or over each other. @private @param {boolean} over */
  how(over) {
    return html`<div class="how">${segmented(
      this.t('runs.how'),
      [
        { value: false, text: this.t('runs.beside') },
        { value: true, text: this.t('runs.over') },
      ],
      over,
      (value) => this.act('overlay', value),
      { testid: 'lay' },
    )}</div>`;
  }

  render() {
    const { store, places } = this;
    const { other } = store;
    this.beside = this.shown;
    const over = other !== null && store.shelf.overlaid;
    // Another axis of one surface is that of both.
    const moved = () => {
      for (const one of this.querySelectorAll('tp-surface')) /** @type {Part} */ (one).requestUpdate();
    };
    return html`<div class="sweep ${other ? 'pair' : ''} ${over ? 'over' : ''}" @axes=${moved} @mode=${this.onMode}>
      ${
        other
          ? this.how(over)
          : html`<div class="above"><tp-stages .store=${store}></tp-stages><tp-best .store=${store}></tp-best>
              <tp-by-hand .store=${store}></tp-by-hand></div>`
      }
      <tp-surface .store=${store} .places=${places}></tp-surface>
      ${over ? html`<tp-overlay .store=${store}></tp-overlay>` : this.curves()}
      ${
        other
          ? keyed(
              other,
              html`<tp-surface class="b" .store=${other} .places=${places}></tp-surface>
                ${over ? nothing : html`<tp-curves class="b" .store=${other}></tp-curves>`}
                <tp-compare .store=${store}></tp-compare>`,
            )
          : html`<tp-table .store=${store}></tp-table>`
      }
    </div>`;
  }
}

define('tp-sweep', TpSweep);

/** @param {import('../../state/store.js').Store} store */
export const render = (store) => html`<tp-sweep .store=${store}></tp-sweep>`;
