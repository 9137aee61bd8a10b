import { html, nothing } from 'lit';
import { Part, define } from '../../controls/part.js';
import { count, loss, metric } from '../../study/format.js';
import { LEAST_EXPLAINED, explainedBy, farthest } from '../../figures/ground/honesty.js';
import { misleads } from './misleads.js';
import { barrierOf } from './line.js';
import { shownOf } from './shown.js';
import { copiesOf } from '../../study/parts.js';
import { isAveraged } from '../../study/averages.js';

const percent = (/** @type {number} */ share) => metric(share, 'classes').replace('.0%', '%');
/** How a finding's numbers are written. @type {Record<string, (value: number) => string>} */
const WRITE = {
  share: percent,
  rest: percent,
  slice: loss,
  own: loss,
  times: (value) => count(Math.round(value)),
};

/** @param {TpLandscapeFacts} part @param {import('../../state/landscape.js').Head} head */
const rowsText = (part, { n_rows: n, of_rows: of }) =>
  n < of ? part.t('landscape.facts.rows.some', { n: count(n), of: count(of) }) : count(of);

/** What the landscape shows and what it hides: measured, beside the picture. */
export class TpLandscapeFacts extends Part {
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['landscape', 'selection', 'trials'];
  static properties = { ...Part.properties, at: { attribute: false } };

  constructor() {
    super();
    /** The point of the path that is looked at. */ this.at = 0;
  }

  render() {
    const shown = shownOf(this.store);
    return html`<section class="facts" aria-labelledby="landscape-facts" data-testid="landscape-facts">
      <h2 id="landscape-facts">${this.t('landscape.facts')}</h2>
      ${shown ? this.facts(shown) : html`<p class="q2">${this.t('landscape.facts.none')}</p>`}
    </section>`;
  }

  /** @param {import('./shown.js').Shown} shown */
  facts(shown) {
    const { head, options, path } = shown;
    const trial = this.store.trials.get(shown.trial);
    const found = misleads({
      plane: options.plane,
      explained: head.explained,
      path,
      at: this.at,
      parameters: head.parameters,
      averaged: head.isRaw && isAveraged(this.store.shownStudy, trial),
      rows: [head.n_rows, head.of_rows],
      seeds: copiesOf(this.store.shownStudy),
      folds: this.store.shownStudy.dataset.folds,
      extent: head.home,
    });
    const share = explainedBy(head.explained);
    const far = path ? farthest(path) : null;
    const [from, to] = shown.points;
    const line = { extent: head.extent, values: shown.losses, known: shown.known };
    const barrier = options.plane === 'line' && to ? barrierOf(line, from.loss, to.loss) : null;
    const { epochs, live } = shown.reach ?? { epochs: null, live: false };
    const kind = live ? 'live' : trial?.kept_epoch ? 'kept' : 'stopped';
    const of = count(trial?.epochs.length ?? 0);
    const where =
      epochs === null ? '' : this.t(`landscape.about.${kind}`, { number: shown.trial, epoch: count(epochs), of });
    if (head.glimpse)
      return html`<p class="q2">${this.t('landscape.about.training')}</p>
        <h3>${this.t('landscape.facts.at', { n: count(head.step ?? 0) })}</h3>
        <dl>${this.fact(`score.${options.rows}_loss`, loss(head.loss), 'live')}</dl>`;
    const about = options.plane === 'gradient' && !head.momentum ? 'gradient.random' : options.plane;
    return html`${where ? html`<p data-testid="landscape-where">${where}</p>` : nothing}
      <p class="q2">${this.t(`landscape.about.${about}`)}</p>
      <dl>${this.fact(`score.${options.rows}_loss`, loss(head.loss), 'own')}
      ${this.fact('landscape.facts.rows', rowsText(this, head), 'rows')}
      ${(head.eigenvalues ?? []).map((one, k) =>
        this.fact(`landscape.facts.eigenvalue.${'xy'[k]}`, loss(one), `eigenvalue-${'xy'[k]}`),
      )}
      ${barrier === null ? nothing : this.fact('landscape.facts.barrier', loss(barrier), 'barrier')}
      ${far ? this.fact('landscape.facts.farthest', loss(far.distance), 'farthest') : nothing}
      ${
        far && far.share !== null
          ? this.fact('landscape.facts.farthest.share', percent(far.share), 'farthest-share')
          : nothing
      }</dl>
      ${share === null ? nothing : this.explained(share)}${path ? this.here(path) : nothing}
      <ul class="misleads" data-testid="misleads">${found.map(
        ({ key, values }) =>
          html`<li data-finding=${key.split('.').slice(2).join('.')}>${this.t(key, this.written(values))}</li>`,
      )}</ul>`;
  }

  /** @private @param {Record<string, number>} values */
  written(values) {
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, (WRITE[name] ?? count)(value)]));
  }

  /** @private @param {string} key @param {string} value @param {string} name */
  fact(key, value, name) {
    return html`<div><dt>${this.t(key)}</dt><dd data-testid="fact-${name}">${value}</dd></div>`;
  }

  /** A bar with a tick where a plane begins to hold enough. @private @param {number} share */
  explained(share) {
    return html`<p class="bar-title"><span>${this.t('landscape.facts.explained')}</span><b
      data-testid="fact-explained">${percent(share)}</b></p>
      <svg class="held" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect width="100" height="8"
      fill="var(--sunken)"/><rect width=${100 * share} height="8" fill="var(--ink-2)"/><path
      d="M${100 * LEAST_EXPLAINED} 0v8" stroke="var(--ink)" vector-effect="non-scaling-stroke"/></svg>
      <p class="q2">${this.t('landscape.facts.tick', { share: percent(LEAST_EXPLAINED) })}</p>`;
  }

  /** @private @param {import('./misleads.js').Path} path */
  here({ steps, loss: own, slice_loss: slice, distance }) {
    const { at } = this;
    if (!(at in steps)) return nothing;
    return html`<h3 data-testid="fact-step">${this.t('landscape.facts.at', { n: count(steps[at]) })}</h3>
      <dl>${this.fact('landscape.facts.true', loss(own[at]), 'true')}
      ${this.fact('landscape.facts.slice', loss(slice[at]), 'slice')}
      ${this.fact('landscape.facts.distance', loss(distance[at]), 'distance')}</dl>`;
  }
}

define('tp-landscape-facts', TpLandscapeFacts);
