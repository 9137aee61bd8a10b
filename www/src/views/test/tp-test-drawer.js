import { html, nothing } from 'lit';
import { Part, define } from '../../controls/part.js';
import { icon } from '../../controls/icons.js';
import { loss, metric, number } from '../../study/format.js';
import { copiesOf, partSizes } from '../../study/parts.js';
import { measureText } from '../../state/spread.js';
import { wilson } from '../../study/wilson.js';
import { inSamples } from './winners.js';
import drawer from '../drawer.css?inline';
import sheet from './style.css?inline';

/** The test set stays locked until the learner commits to one trial, once, with the price named. */
export class TpTestDrawer extends Part {
  static sheet = drawer + sheet;
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['test', 'study', 'selection', 'run', 'trials'];
  static properties = { ...Part.properties, busy: { state: true }, failed: { state: true } };

  constructor() {
    super();
    this.busy = false;
    this.failed = '';
  }

  render() {
    const { store } = this;
    if (!store.drawer) return nothing;
    return html`<aside class="drawer" id="test-drawer" data-testid="test-drawer" aria-labelledby="test-title"
      @keydown=${this.onKey}>
      <div class="body" tabindex="-1">
        <div class="bar">${icon(store.seen ? 'unlock' : 'lock')}<span>${this.t(
          store.seen ? 'test.state.opened' : 'test.state.locked',
        )}</span><span class="sp"></span>
          ${
            store.lesson
              ? html`<button type="button" class="lnk" data-testid="to-lesson"
                @click=${() => this.act('drawer', false)}>${this.t('test.to_lesson')}</button>`
              : nothing
          }
          <button type="button" class="ib" aria-label=${this.t('action.close')}
            @click=${() => this.act('drawer', false)}>${icon('close')}</button></div>
        ${store.test ? this.opened() : store.seen ? this.elsewhere() : this.locked()}
      </div>
      ${
        store.seen
          ? !store.readOnly
            ? nothing
            : html`<div class="foot"><button type="button" class="btn"
              @click=${() => this.act('duplicate')}>${this.t('action.duplicate')}</button></div>`
          : this.choice()
      }
    </aside>`;
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    this.act('drawer', false);
  }

  /** Samples in a part of the data; of folds each sample is once for training and once for validation.
   * @param {'train' | 'validation' | 'test'} part */
  rows(part) {
    const study = this.store.shownStudy;
    const [train, validation, test] = partSizes(study);
    if (part === 'test') return test;
    if ((study.dataset.folds ?? 1) > 1) return train + validation;
    return part === 'train' ? train : validation;
  }

  /** Why no trial can be opened as long as the one that is marked is none that has ended. */
  get none() {
    const { store } = this;
    return store.counts.diverged && !store.counts.complete
      ? store.sentence({ code: 'no_such_trial', fault: 'none' })
      : this.t('test.none');
  }

  locked() {
    const { store } = this;
    const trial = store.selected;
    // A trial that was pruned or diverged had its part in the choice.
    const { complete, pruned, diverged } = store.counts;
    const done = complete + pruned + diverged;
    const part = store.objective.metric.startsWith('train') ? 'train' : 'validation';
    const n = this.rows('test');
    return html`<h2 id="test-title">${this.t('test.title')}</h2>
      <p>${this.t('test.about', { n })} ${
        store.task === 'classes' ? this.t('test.each', { n, one: (100 / n).toFixed(1) }) : ''
      }</p>
      ${
        trial?.state === 'complete'
          ? html`<p>${this.t(`test.price.${part}`, { number: trial.number, n: done, rows: this.rows(part) })}</p>
            <dl class="facts"><div><dt>${this.t('score.validation_loss')}</dt><dd>${measureText(
              trial.epochs.at(-1),
              'validation_loss',
              store.task,
            )}</dd></div>
            <div><dt>${this.t(`metric.${store.task}.validation`)}</dt><dd>${measureText(
              trial.epochs.at(-1),
              'validation_metric',
              store.task,
            )}</dd></div></dl>`
          : html`<p class="q2">${this.none}</p>`
      }
      ${this.failed ? html`<p role="alert">${this.failed}</p>` : nothing}`;
  }

  /** The rows were seen with another study. */
  elsewhere() {
    return html`<h2 id="test-title">${this.t('test.opened')}</h2><p>${this.store.sentence({ code: 'test_seen' })}</p>`;
  }

  choice() {
    const { store } = this;
    const trial = store.selected;
    const reason =
      store.state !== 'idle'
        ? this.t('test.wait')
        : store.outcome === 'earlier' || store.isExample
          ? store.sentence({ code: 'test_earlier' })
          : trial?.state === 'complete'
            ? ''
            : this.none;
    return html`<div class="foot">
      <button type="button" class="btn ${reason ? '' : 'p'}" data-testid="open-test" ?disabled=${!!reason || this.busy}
        title=${reason || nothing}
        @click=${this.open}>${
          trial && !reason ? this.t('test.commit', { number: trial.number }) : this.t('test.commit_none')
        }</button>
      <button type="button" class="btn" @click=${() => this.act('drawer', false)}>${this.t('test.not_yet')}</button>
      ${reason ? html`<p class="note">${reason}</p>` : nothing}
    </div>`;
  }

  async open() {
    const trial = this.store.selected;
    if (!trial) return;
    this.busy = true;
    this.failed = '';
    try {
      await this.act('open_test', trial.number);
    } catch (error) {
      this.failed = /** @type {Error} */ (error).message;
    }
    this.busy = false;
    // The button that was pressed is gone.
    await this.updateComplete;
    if (this.store.test) /** @type {HTMLElement | null} */ (this.querySelector('#test-title'))?.focus();
  }

  opened() {
    const { store } = this;
    const test = /** @type {{trial: number, loss: number, metric: number}} */ (store.test);
    const last = store.trials.get(test.trial)?.epochs.at(-1);
    const copies = copiesOf(store.shownStudy);
    return html`<h2 id="test-title" tabindex="-1">${this.t('test.result', { number: test.trial })}</h2>
      <dl class="facts">
        <div><dt>${this.t(`metric.${store.task}.test`)}</dt><dd
          data-testid="test-metric">${metric(test.metric, store.task)}</dd></div>
        <div><dt>${this.t('score.test_loss')}</dt><dd data-testid="test-loss">${loss(test.loss)}</dd></div>
        <div><dt>${this.t(`metric.${store.task}.validation`)}</dt><dd
          class="small">${measureText(last, 'validation_metric', store.task)}</dd></div>
        <div><dt>${this.t('score.validation_loss')}</dt><dd
          class="small">${measureText(last, 'validation_loss', store.task)}</dd></div>
      </dl>
      <p data-testid="test-meaning">${this.meaning(test, number(last?.validation_metric))}${
        copies > 1 ? ` ${this.t('test.mean', { n: copies })}` : ''
      }</p>
      ${store.readOnly ? html`<p class="q2">${this.t('test.read_only')}</p>` : nothing}
      <tp-winners .store=${store}></tp-winners>`;
  }

  /** How much the score says, on so many samples. @param {{metric: number}} test @param {number} validation */
  meaning(test, validation) {
    const { task } = this.store;
    const n = this.rows('test');
    if (task === 'numbers' || !(test.metric >= 0 && test.metric <= 1)) return this.t('test.samples', { n });
    const [low, high] = wilson(test.metric, n).map((share) => Number((100 * share).toFixed(1)));
    const said = Number((100 * validation).toFixed(1));
    const inside = said >= low && said <= high;
    const values = {
      n,
      low: low.toFixed(1),
      high: high.toFixed(1),
      validation: said.toFixed(1),
      one: (100 / n).toFixed(1),
    };
    const apart = inSamples(test.metric - validation, n);
    const points = (100 * Math.abs(test.metric - validation)).toFixed(1);
    return [
      this.t('test.interval', values),
      this.t(inside ? 'test.inside' : 'test.outside', values),
      Number.isFinite(validation) ? this.t('test.apart', { points, samples: apart, n }) : '',
    ].join(' ');
  }
}

define('tp-test-drawer', TpTestDrawer);
