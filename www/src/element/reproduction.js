import { perform } from '../commands/commands.js';
import { later } from '../platform/later.js';
import { compareFingerprints, fingerprintOf } from '../study/fingerprint.js';
import { keyOf, sameStudy } from '../study/same.js';

/**
 * Whether a run came to what a link says that its study came to elsewhere.
 *
 * @typedef {import('../study/fingerprint.js').Fingerprint} Fingerprint
 * @typedef {import('../study/types.js').HeldResult} HeldResult
 */

export class Reproduction {
  /** @param {import('../state/store.js').Store} store @param {import('../engine/runner.js').Runner} runner */
  constructor(store, runner) {
    /** @private */ this.store = store;
    /** @private */ this.runner = runner;
    /** @private @type {{fp: Fingerprint, key: string} | null} what the link said */ this.claimed = null;
    /** @private @type {HeldResult | null} the result that was looked at last */ this.seen = null;
    /** @private @type {Fingerprint | null} of that */ this.own = null;
    /** @private @type {HeldResult | null} the result that was held against the link last */ this.held = null;
  }

  /** What a link says. @param {Fingerprint | null} fp @param {import('../study/types.js').Study} [study] */
  claim(fp, study) {
    this.claimed = fp && study ? { fp, key: keyOf(study) } : null;
    perform(this.store, 'dismiss', 'fp');
  }

  /** What the panel's study came to in a run of this visit, else what the link says, else an earlier visit.
   * @returns {Fingerprint | undefined} */
  get fp() {
    const { store, claimed } = this;
    this.look();
    const own = this.own && this.seen && sameStudy(this.seen.study, store.study) ? this.own : undefined;
    const said = claimed && claimed.key === keyOf(store.study) ? claimed.fp : undefined;
    return store.outcome === 'earlier' ? (said ?? own) : (own ?? said);
  }

  /** @private */
  look() {
    const { result } = this.runner;
    if (this.store.state !== 'idle' || result === this.seen) return;
    this.seen = result;
    this.own = fingerprintOf(result);
  }

  /** A run that has ended is held against the link; a result that was kept between visits is no re-run. */
  follow() {
    const { store } = this;
    if (store.state !== 'idle') {
      perform(store, 'dismiss', 'fp');
      return;
    }
    this.look();
    const { claimed, own, seen } = this;
    // Whoever asked for the address before may have looked at this result already.
    const isNew = seen !== this.held;
    this.held = seen;
    if (!isNew || !seen || !claimed || claimed.key !== keyOf(seen.study) || !own) return;
    if (store.outcome !== 'finished') return;
    const { adapter } = seen.engine;
    // Few come with such a link: what is said of it is loaded with what makes links.
    void later('share')
      .then(({ reproducedNotice }) => {
        if (this.own !== own || this.claimed !== claimed || store.state !== 'idle') return;
        const notice = reproducedNotice(compareFingerprints(claimed.fp, own), claimed.fp, own, adapter);
        perform(store, 'notify', notice);
        perform(store, 'say', notice);
      })
      .catch(() => {});
  }
}
