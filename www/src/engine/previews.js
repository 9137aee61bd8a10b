import { DATASETS, datasetOf, isOwn } from '../study/hyperparameters.js';
import { withDataset } from '../study/panel.js';
import { FORMAT } from '../study/study.js';

/**
 * Small pictures of the data sets, from the engine's own generators and tables, with the noise, samples and seed that
 * choosing the set would give. Nothing is asked for before somebody looks, and nothing twice.
 *
 * @typedef {import('../state/store.js').Store} Store
 * @typedef {import('../study/types.js').Study} Study
 * @typedef {import('../study/types.js').Preview} Preview
 */

const POINTS = 120;
const IMAGES = 4;
const KEPT = 300;
/** The picture of a table of so many numbers is a file of its own, as the table is loaded only once it is chosen. */
const LARGE = 1e6;

export class Previews {
  /** @param {Store} store @param {(study: Study, n: number) => Promise<Preview>} load
   * @param {string} base of data files */
  constructor(store, load, base) {
    /** @private */ this.store = store;
    /** @private */ this.load = load;
    /** @private */ this.base = base;
    /** @private @type {Map<string, Preview | null>} by what was asked for; null where it could not be had */
    this.known = new Map();
    /** @private */ this.busy = false;
    /** @private @type {(() => void) | undefined} */ this.unsubscribe = undefined;
  }

  /** Draws what there is and keeps it up to date from now on. */
  start() {
    if (this.unsubscribe) return;
    this.unsubscribe = this.store.subscribe(['study'], () => void this.refresh());
    void this.refresh();
  }

  stop() {
    this.unsubscribe?.();
    this.unsubscribe = undefined;
  }

  /** @private The first set whose present picture is not known yet, the chosen one before the others. */
  next() {
    const { dataset } = this.store.study;
    const sets = DATASETS.filter((one) => one.name === dataset.name || !isOwn(one)).sort(
      (a, b) => Number(b.name === dataset.name) - Number(a.name === dataset.name),
    );
    for (const set of sets) {
      const { samples, noise, seed } = withDataset(dataset, set.name);
      // A table's picture is of all its rows, whatever the study keeps of them.
      const wanted = isOwn(set)
        ? { ...dataset, split: undefined }
        : set.kind === 'generated'
          ? { name: set.name, samples, noise, seed }
          : { name: set.name };
      const key = JSON.stringify(wanted);
      if (!this.known.has(key)) return { set, key, study: { format: FORMAT, dataset: wanted } };
      this.show(set.name, this.known.get(key) ?? null);
    }
    return null;
  }

  /** @private One request at a time: training in the same Worker comes in between. */
  async refresh() {
    if (this.busy) return;
    this.busy = true;
    for (let one = this.next(); one && this.unsubscribe; one = this.next()) {
      const preview = await this.picture(one).catch(() => null);
      // Whoever stopped this may have ended the engine that was asked.
      if (!this.unsubscribe) break;
      if (this.known.size >= KEPT) this.known.clear();
      this.known.set(one.key, preview);
    }
    this.busy = false;
  }

  /** @private @param {{set: import('../study/hyperparameters.js').Dataset, study: any}} one
   * @returns {Promise<Preview>} */
  async picture({ set, study }) {
    if (isOwn(set) || set.rows * set.features < LARGE)
      return this.load(study, (datasetOf(study)?.features ?? 0) > 40 ? IMAGES : POINTS);
    return (await fetch(new URL(`data/${set.name}.preview.json`, this.base))).json();
  }

  /** @private @param {string} name @param {Preview | null} preview */
  show(name, preview) {
    const { previews } = this.store;
    if (!preview || previews.get(name) === preview) return;
    this.store.reports.preview(name, preview);
  }
}
