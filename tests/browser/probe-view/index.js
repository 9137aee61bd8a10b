import { html } from 'lit';
import { Part, define } from '../../../www/src/controls/part.js';
import { FigurePart } from '../../../www/src/figures/figure.js';
import { element } from '../../../www/src/figures/plot-axes.js';
import sheet from './style.css?inline';

/** A figure as anybody would add one: its drawing, and words and numbers for the frame. */
class TpProbeFigure extends FigurePart {
  static figure = 'probe';

  get title() {
    return this.t('probe.title');
  }

  summary() {
    return this.t('probe.hello', { n: this.store.trials.size });
  }

  data() {
    const rows = [...this.store.trials.values()];
    const number = (/** @type {{number: number}} */ one) => one.number;
    const columns = [{ key: 'number', label: '#', num: true, text: number, value: number }];
    return { caption: this.title, columns, rows, all: () => rows };
  }

  draw() {
    const { width, height } = this.size;
    const svg = element('svg', { width, height, 'aria-hidden': 'true' });
    svg.append(element('circle', { cx: width / 2, cy: height / 2, r: 20, fill: 'var(--ink)' }));
    this.querySelector('.chart')?.replaceChildren(svg);
  }
}

define('tp-probe-figure', TpProbeFigure);

/** A view as anybody would add one, for tests of what adding takes (views.spec.js). */
class TpProbe extends Part {
  static sheet = sheet;

  render() {
    return html`<p class="probe" data-testid="probe-text">${this.t('probe.hello', { n: 3 })}</p>
      <tp-probe-figure .store=${this.store}></tp-probe-figure>`;
  }
}

define('tp-probe', TpProbe);

export const texts = { en: () => import('./en.json'), ko: () => import('./ko.json') };

/** @param {import('../../../www/src/state/store.js').Store} store */
export const render = (store) => html`<tp-probe .store=${store}></tp-probe>`;
