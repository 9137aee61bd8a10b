import { html, nothing } from 'lit';
import { Part } from '../controls/part.js';
import { icon, stateMark } from '../controls/icons.js';
import { planned } from '../study/panel.js';
import { scoreScale } from '../state/score.js';
import { CROWD } from '../state/store.js';

/** The width of a printed page, in px, without its margins. */
const PAGE = 680;

/** A figure: a picture with a one-sentence summary, and its data as a table one key away (T). */
export class FigurePart extends Part {
  static properties = { ...Part.properties, tabled: { state: true } };

  constructor() {
    super();
    this.tabled = false;
    /** The plot's size, kept so that drawing never has to ask the layout. */
    this.size = { width: 0, height: 0 };
    /** @private */ this.resizes = new ResizeObserver((entries) => {
      const { width, height } = entries[entries.length - 1].contentRect;
      this.size = { width: Math.floor(width), height: Math.floor(height) };
      // Paper takes the picture as it was drawn, smaller where it is wider than a page.
      const { style } = /** @type {HTMLElement} */ (entries[0].target);
      const drawn = { width: `${width}px`, height: `${height}px` };
      for (const [name, length] of Object.entries(drawn)) style.setProperty(`--drawn-${name}`, length);
      style.setProperty('--fit', String(Math.min(1, PAGE / Math.max(1, width))));
      // Figures of a crowd are drawn each in a task of its own.
      if (this.store.trials.size > CROWD) this.requestUpdate();
      else this.draw();
    });
  }

  /** Also after the page has been moved within its document. */
  observe() {
    const plot = this.querySelector('.plot');
    if (plot) this.resizes.observe(plot);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.resizes.disconnect();
  }

  updated() {
    this.draw();
  }

  draw() {}

  toggleTable() {
    this.tabled = !this.tabled;
  }

  tableButton() {
    const name = this.t(this.tabled ? 'figure.picture' : 'figure.table');
    return html`<button type="button" class="ib" data-testid="figure-table" aria-pressed=${this.tabled}
      aria-label=${name} title=${`${name} (T)`}
      @click=${this.toggleTable}>${icon('table')}</button>`;
  }

  /** No trials yet: one sentence and one button. */
  emptyState() {
    const { store } = this;
    if (store.trials.size || store.state !== 'idle') return nothing;
    return html`<div class="empty"
      data-testid="empty"><span><b>${this.t('empty.title')}</b>${this.t('empty.body', {
        n: planned(store.study),
      })}</span>
      <button type="button" class="btn p"
        @click=${() => this.act('run')}>${this.t('run.run', { n: planned(store.study) })}</button></div>`;
  }

  statusKey() {
    const { counts } = this.store;
    const known = { ...counts, untrained: scoreScale(this.store).untrained };
    const shown = /** @type {const} */ (['complete', 'running', 'untrained', 'diverged', 'cancelled']).filter(
      (one) =>
        known[one] ||
        ((this.store.state !== 'idle' || !this.store.trials.size) && (one === 'complete' || one === 'diverged')),
    );
    return html`<span
      class="status-key">${shown.map(
        (state) => html`<span
          class="st">${stateMark(state)}${this.t(`state.${state}`)}</span>`,
      )}</span>`;
  }
}
