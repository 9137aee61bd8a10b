import { shareNotice } from '../state/notices.js';
import { defineCommand } from './command.js';

/** The button says so for this long, in ms. */
const COPIED = 2000;

/** @param {import('./command.js').On} on */
async function share({ store, slices, page }) {
  const { messages, look } = slices;
  const link = page.href;
  messages.dismiss('share');
  try {
    if (link === null) throw new RangeError('too long for a link');
    await navigator.clipboard.writeText(link);
  } catch {
    messages.notify(shareNotice(link));
    messages.say(store.t(link ? 'message.share_by_hand' : 'message.share_too_long'));
    const shown = () =>
      /** @type {HTMLElement | null} */ (page.renderRoot.querySelector('[data-testid="share-link"]'))?.focus();
    setTimeout(shown, 100);
    return;
  }
  messages.say(store.t('share.copied'));
  look.put({ copied: true });
  setTimeout(() => look.put({ copied: false }), COPIED);
}

/** @typedef {{export: (kind: 'png' | 'svg' | 'csv' | 'copy') => unknown}} Exported a figure */

/** What leaves the page. */
export const SHARE = {
  /** Saves a figure's picture or its data, or copies these. */
  export_figure: defineCommand({
    act: (_, /** @type {{figure: Exported, kind: 'png' | 'svg' | 'csv' | 'copy'}} */ { figure, kind }) =>
      figure.export(kind),
  }),
  /** Copies a link to the page's state; where the clipboard is refused the link is shown, selected. */
  share: defineCommand({ act: share }),
};
