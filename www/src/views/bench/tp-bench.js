import { html, nothing } from 'lit';
import { Part, define } from '../../controls/part.js';
import { icon } from '../../controls/icons.js';
import { backendReason } from '../../state/backend-reason.js';
import { Benchmark } from '../../commands/benchmark.js';
import { DASH, short } from '../../study/format.js';
import { download } from '../../platform/download.js';
import { CROWDS, WORKS } from '../../study/works.js';
import dialog from '../dialog.css?inline';
import sheet from './style.css?inline';

/**
 * "Benchmark this device": the works of works.js on the CPU and on the GPU, as they are measured. Never beside a run.
 *
 * @typedef {import('../../study/types.js').Problem} Problem
 * @typedef {'cpu' | 'gpu'} Backend
 */

/** @type {Record<string, import('../../study/works.js').Work>} */
const ALL = { ...WORKS, ...CROWDS };
const NAMES = Object.keys(ALL);
/** @type {Backend[]} */
const BACKENDS = ['cpu', 'gpu'];
/** A work that has an end may take so many times longer than one that has none. */
const PATIENCE = 6;
const hasEnd = (/** @type {string} */ name) => name === 'W3';
const BENCHMARK_FILE = 'tuning-playground-benchmark.json';
/** Populations are measured for a part of the time. */
const CROWD_TIME = 0.3;

export class TpBench extends Part {
  static sheet = dialog + sheet;
  /** @type {import('../../state/store.js').Topic[]} */
  static topics = ['run'];

  constructor() {
    super();
    /** How long a work is measured, in ms. */ this.limit = 1500;
    /**
     * @private
     * @type {Map<string, {steps: number, seconds: number, bytes: number, plan: string}>} what was measured, by
     *   backend and work
     */
    this.cells = new Map();
    /** @private @type {Map<Backend, string | Problem>} what measured, or why nothing did */ this.notes = new Map();
    /** @private @type {object | null} what was measured of the GPU itself */ this.facts = null;
    /** @private @type {Benchmark | null} */ this.measuring = null;
    /** @private @type {[string, Record<string, string>]} a text and its values */ this.status = ['', {}];
  }

  /** @private */
  get dialog() {
    return /** @type {HTMLDialogElement} */ (this.querySelector('dialog'));
  }

  open() {
    this.tell('');
    this.dialog.showModal();
  }

  /** @param {Set<string>} topics */
  wake(topics) {
    super.wake(topics);
    if (this.store.state !== 'idle') this.cancel();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.cancel();
  }

  render() {
    const { measuring, store } = this;
    const busy = store.state !== 'idle';
    return html`<dialog class="work bench" aria-labelledby="bench-title" data-testid="bench"
      data-busy=${measuring !== null}
      @close=${this.cancel}>
      <div class="bar"><h2 id="bench-title">${this.t('bench.title')}</h2><span class="sp"></span>
        <button type="button" class="ib" aria-label=${this.t('action.close')}
          @click=${() => this.dialog.close()}>${icon('close')}</button></div>
      <p class="q2">${this.t('bench.about')}</p>${
        store.backend
          ? html`
            <p class="q2">${this.t('bench.chosen', { reason: backendReason(store) })}</p>`
          : nothing
      }
      <table>
        <thead><tr><th
          scope="col">${this.t('bench.work')}</th>${BACKENDS.map(
            (backend) => html`<th scope="col"
              class="num">${backend.toUpperCase()}</th>`,
          )}</tr></thead>
        <tbody>${NAMES.map(
          (name) =>
            html`<tr><th scope="row">${this.t(`bench.${name}`)}</th>${BACKENDS.map(
              (backend) =>
                html`<td class="num"
                  data-cell="${backend} ${name}">${this.shown(backend, name).map((part, at) =>
                    at
                      ? html`<span
                        class="also">${part}</span>`
                      : part,
                  )}</td>`,
            )}</tr>`,
        )}</tbody>
      </table>
      ${this.told().map((note) => html`<p class="q2">${note}</p>`)}${
        this.facts
          ? html`
            <p class="q2" data-testid="bench-facts">${this.saidOf(/** @type {any} */ (this.facts))}</p>`
          : nothing
      }
      <div class="foot">
        <button type="button" class="btn ${measuring || busy ? '' : 'p'}" data-testid="bench-start" ?disabled=${busy}
          @click=${measuring ? this.cancel : this.measure}>${this.t(
            measuring ? 'bench.cancel' : 'bench.start',
          )}</button>
        <button type="button" class="btn" data-testid="bench-copy" ?disabled=${!this.cells.size || measuring !== null}
          @click=${this.copy}>${this.t('bench.copy')}</button>
        <button type="button" class="btn" data-testid="bench-export"
          ?disabled=${!this.cells.size || measuring !== null}
          @click=${this.export}>${this.t('bench.export')}</button>
        <span class="q2" role="status" data-testid="bench-status">${busy ? this.t('bench.wait') : this.said()}</span>
      </div>
    </dialog>`;
  }

  /** @private @param {string} key @param {Record<string, string>} [values] */
  tell(key, values = {}) {
    this.status = [key, values];
    this.requestUpdate();
  }

  /** @private */
  said() {
    const [key, { name, backend }] = this.status;
    return key && this.t(key, { work: this.t(`bench.${name}`), backend });
  }

  /** @private What was measured of the GPU itself, in a sentence.
   * @param {{latency_ms: number, dispatch_us: number, self_test: number, first_uses: {ms: number}[]}} facts */
  saidOf(facts) {
    return this.t('bench.facts', {
      latency: Number(facts.latency_ms.toPrecision(2)),
      dispatch: Number(facts.dispatch_us.toPrecision(2)),
      off: facts.self_test.toExponential(0),
      first: Math.round(Math.max(0, ...facts.first_uses.map((one) => one.ms))),
    });
  }

  /** @private What measured, or why nothing did. */
  told() {
    return [...this.notes].map(
      ([backend, note]) => `${backend.toUpperCase()}: ${typeof note === 'string' ? note : this.store.sentence(note)}`,
    );
  }

  /**
   * @private The time of a work that has an end, its rate, and what a trial takes of the memory.
   * @param {Backend} backend
   * @param {string} name
   */
  shown(backend, name) {
    const measured = this.cells.get(`${backend} ${name}`);
    const { trials, steps } = ALL[name];
    if (!measured) return [DASH];
    const rate = measured.steps / measured.seconds;
    const time = hasEnd(name)
      ? [this.t('bench.seconds', { seconds: Number(((trials * steps) / rate).toPrecision(2)) })]
      : [];
    return [
      ...time,
      this.t('bench.rate', { rate: short(rate) }),
      this.t('bench.bytes', { size: short(measured.bytes).replace(/[kM]?$/, ' $&B') }),
    ];
  }

  /** @private Every work on every backend, one at a time. */
  async measure() {
    this.cells.clear();
    this.notes.clear();
    this.facts = null;
    for (const backend of BACKENDS) {
      const measuring = new Benchmark(backend);
      this.measuring = measuring;
      try {
        for (const name of NAMES) {
          this.tell('bench.now', { name, backend: backend.toUpperCase() });
          const { adapter, workers, plan, bytes_per_trial: bytes } = await measuring.prepare(ALL[name]);
          this.notes.set(backend, backend === 'gpu' ? adapter : `${adapter} ×${workers}`);
          const part = hasEnd(name) ? PATIENCE : name in CROWDS ? CROWD_TIME : 1;
          this.cells.set(`${backend} ${name}`, { ...(await measuring.measure(part * this.limit)), bytes, plan });
        }
        if (backend === 'gpu') this.facts = await measuring.facts();
      } catch (error) {
        // A cancel has said so itself.
        if (this.measuring !== measuring) return;
        this.notes.set(
          backend,
          /** @type {{problem?: Problem}} */ (error).problem ?? { code: 'unexpected', detail: String(error) },
        );
      } finally {
        measuring.dispose();
      }
      if (this.measuring !== measuring) return;
    }
    this.measuring = null;
    this.tell('bench.done');
  }

  /** @private */
  cancel() {
    if (!this.measuring) return;
    this.measuring.dispose();
    this.measuring = null;
    this.tell('bench.cancelled');
  }

  /** @private Everything that was measured, as a file that a visitor can send; nothing is guessed of a card's name. */
  export() {
    /** @param {[string, any]} cell */
    const cell = ([key, { steps, seconds, bytes, plan }]) => {
      const [backend, ...name] = key.split(' ');
      const { trials } = ALL[name.join(' ')];
      return { backend, work: name.join(' '), trials, strategy: plan, rate: steps / seconds, bytes_per_trial: bytes };
    };
    const all = {
      format: 'tuning-playground/benchmark@1',
      browser: navigator.userAgent,
      devices: this.told(),
      gpu: this.facts,
      rates: [...this.cells].map(cell),
    };
    download(new Blob([`${JSON.stringify(all, null, 2)}\n`], { type: 'application/json' }), BENCHMARK_FILE);
  }

  /** @private */
  async copy() {
    const lines = NAMES.map((name) =>
      [name, ...BACKENDS.map((backend) => this.shown(backend, name).join(', '))].join('\t'),
    );
    try {
      await navigator.clipboard.writeText(
        [['', 'CPU', 'GPU'].join('\t'), ...lines, ...this.told(), navigator.userAgent].join('\n'),
      );
      this.tell('bench.copied');
    } catch {
      getSelection()?.selectAllChildren(/** @type {Node} */ (this.querySelector('table')));
      this.tell('bench.by_hand');
    }
  }
}

define('tp-bench', TpBench);
