import { defineCommand } from './command.js';
import { opened } from './focus.js';

/** @typedef {{export: (kind: import('../study/types.js').SaveKind) => unknown}} Exported a figure */

/** The study that a text is; any other is refused as one. @param {string} text */
function studyIn(text) {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return text;
  }
}

/** What leaves the page. */
export const SHARE = {
  /** Saves a figure's picture or its data, or copies these. */
  export_figure: defineCommand({
    act: (_, /** @type {{figure: Exported, kind: import('../study/types.js').SaveKind}} */ { figure, kind }) =>
      figure.export(kind),
  }),
  /** Opens what there is to share: the link, and files. */
  share: defineCommand({
    act: (on) => opened(on, 'share', () => /** @type {any} */ (on.page.renderRoot.querySelector('tp-share')).open()),
  }),
  /** Shows the view alone and large, as on a projector, or goes back. */
  present: defineCommand({
    keys: [{ press: 'p' }],
    act: (on) =>
      opened(on, 'present', () => /** @type {any} */ (on.page.renderRoot.querySelector('tp-present')).toggle()),
  }),
  /** The address of the page's state, but for what the reader wants otherwise; null where it is too long for one. */
  link_with: defineCommand({
    act: ({ page }, /** @type {Partial<import('../study/link.js').LinkState>} */ other) => page.hrefWith(other),
  }),
  /** The result shown, as the page holds it. */
  held_result: defineCommand({ act: ({ runner }) => runner.result }),
  /** An ended trial's weights. */
  trial_weights: defineCommand({ act: ({ runner }, /** @type {number} */ number) => runner.weights(number) }),
  /** What other programs are given of a result, or what a journal of theirs is here. */
  convert: defineCommand({
    act: ({ runner }, /** @type {[what: 'exportAs' | 'importJournal' | 'weightsAs', ...args: unknown[]]} */ asked) =>
      runner.asked('convert', ...asked),
  }),
  /** Draws the figures in light or dark colors at once, for pictures of them; null goes back to the page's own. */
  paint: defineCommand({ act: ({ page }, /** @type {boolean | null} */ dark) => page.paint(dark) }),
  /** Puts the study of a file in the panel. */
  open_study: defineCommand({
    act: ({ page }, /** @type {string} */ text) => {
      page.study = studyIn(text);
    },
  }),
  /** Opens the fields of title and question. */
  edit_words: defineCommand({
    act: ({ page }) => /** @type {any} */ (page.renderRoot.querySelector('tp-question'))?.edit(),
  }),
};
