import { nothing } from 'lit';
import { SlowFigure } from './slow-figure.js';

/** A figure of what the sampler thinks. @typedef {import('./mind.js').Mind} Mind */

export class BeliefFigure extends SlowFigure {
  static properties = { ...SlowFigure.properties, mind: { attribute: false }, version: { attribute: false } };

  constructor() {
    super();
    /** @type {Mind} */ this.mind = /** @type {any} */ (undefined);
    /** Grows whenever the mind has changed. */ this.version = 0;
  }

  get isGp() {
    return this.mind.kind === 'gp';
  }

  heading() {
    return this.lettered(this.title);
  }

  note() {
    return nothing;
  }

  get nothing() {
    const { mind } = this;
    if (!mind.told || mind.told.known) return null;
    return {
      name: 'no-belief',
      text: this.t(mind.ended.length ? 'belief.all_diverged' : 'belief.none_told', { n: mind.ended.length }),
    };
  }
}
