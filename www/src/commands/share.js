import { defineCommand } from './command.js';
import { opened } from './focus.js';

/** @typedef {{export: (kind: import('../study/types.js').SaveKind) => unknown}} Exported a figure */

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
};
