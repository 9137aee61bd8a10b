import { defineCommand } from './command.js';

/** The study that a text is; any other is refused as one. @param {string} text */
function studyIn(text) {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return text;
  }
}

/** What is shared, and read from a file, as the view of it has them. */
export const SHARING = {
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
