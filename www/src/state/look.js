import { translate } from '../i18n/i18n.js';
import { BY_NAME } from '../study/hyperparameters.js';
import { Slice } from './slice.js';

/** @typedef {import('../study/types.js').Preview} Preview */

/** How the page looks: language, theme, size, and what is open. */
export class LookSlice extends Slice {
  /** @param {import('./types.js').Touch} mark */
  constructor(mark) {
    super(mark, 'look');
    /** @type {import('../study/types.js').Language} */ this.lang = 'en';
    /** @type {import('../study/types.js').Theme} */ this.theme = 'auto';
    this.dark = false;
    this.view = 'sweep';
    /** Grows with every view and lesson that is opened, other than by a link. */ this.visits = 0;
    this.sheet = false;
    this.drawer = false;
    /** How much larger everything is drawn, for a projector. */ this.scale = 1;
    /** Whether keys act that are pressed alone. */ this.singleKeys = true;
    this.keysShown = false;
    /** Whether the panel shows every setting, or those that come first and what the study sets. */
    this.allRows = false;
    /** Columns of the trial table that were chosen or put away. @type {Record<string, boolean>} */ this.columns = {};
    /** What colours the response surface; null for what trials are ranked by. @type {string | null} */
    this.measure = null;
    /** The hyperparameter that colours the loss curves; null for the score. @type {string | null} */
    this.curveColor = null;
    /** The lesson that is open and its step (views/lesson/); none where it is empty. */ this.lesson = '';
    /** What is shown of the search, in the words of a link. */ this.decide = '';
    /** The page itself, rather than a guest on another. */ this.whole = false;
    /** @type {Map<string, Preview>} a small picture of each data set */ this.previews = new Map();
  }

  /** Another place, which there is a way back from. @param {{view?: string, lesson?: string}} place */
  visit(place) {
    this.visits++;
    this.put(/** @type {any} */ (place));
  }

  /** @param {string} key @param {Record<string, unknown>} [values] */
  t(key, values) {
    return translate(this.lang, key, values);
  }

  /** A hyperparameter's name in the reader's language. @param {string} name */
  label(name) {
    return BY_NAME.get(name)?.label[this.lang] ?? name;
  }

  /** @param {string} name of a data set @param {Preview} preview */
  picture(name, preview) {
    this.previews.set(name, preview);
    this.mark('previews');
  }
}
