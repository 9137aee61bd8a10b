import { Beat } from '../../controls/part.js';
import { FigurePart } from '../../figures/figure.js';

/** A figure that is drawn at the common beat while trials stream in. */
export class SlowFigure extends FigurePart {
  constructor() {
    super();
    /** @private */ this.beat = new Beat();
  }

  /** @param {Set<string>} topics */
  wake(topics) {
    if (this.beat.due(this.store, topics)) this.requestUpdate();
  }
}
