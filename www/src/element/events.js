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
