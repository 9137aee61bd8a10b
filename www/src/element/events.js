import { perform } from '../commands/commands.js';
import { later } from '../platform/later.js';
import { trialDocument } from '../state/trials.js';

/**
 * Hands out a trial's document, made for whoever asks first: most pages listen to none of tens of thousands.
 * @extends {CustomEvent<import('../study/types.js').TrialDocument>}
 */
class TrialEvent extends CustomEvent {
  /** @param {any} trial */
  constructor(trial) {
    super('trial', { bubbles: true, composed: true });
    /** @private */ this.trial = trial;
    /** @private @type {any} */ this.copy = null;
  }

  get detail() {
    return (this.copy ??= trialDocument(this.trial));
  }
}

/** An event of the element, which leaves every shadow root. @param {string} name @param {unknown} detail */
export const eventOf = (name, detail) =>
  name === 'trial' ? new TrialEvent(detail) : new CustomEvent(name, { detail, bubbles: true, composed: true });

/**
 * Gives a notice that few readers see, whose words come with it.
 * @param {import('../state/store.js').Store} store
 * @param {(rare: typeof import('../views/notices/index.js')) => import('../state/types.js').Notice | false} make
 */
export async function tell(store, make) {
  try {
    const notice = make(await later('notices'));
    if (notice) perform(store, 'notify', notice);
  } catch {
    perform(store, 'notify', { id: 'rare', kind: 'alert', title: 'problem.unloaded', actions: [] });
  }
}
