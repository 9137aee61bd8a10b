import { shareNotice } from '../state/notices.js';

/** @typedef {import('../state/store.js').Store} Store */

/** The button says so for this long, in ms. */
const COPIED = 2000;

/**
 * Copies a link to the page's state; where the clipboard is refused the link is shown, selected.
 * @param {Store} store
 * @param {string | null} link null where the state is too long for one
 * @param {ParentNode} root where the link is shown
 */
export async function share(store, link, root) {
  store.dismiss('share');
  try {
    if (link === null) throw new RangeError('too long for a link');
    await navigator.clipboard.writeText(link);
  } catch {
    store.notify(shareNotice(link));
    store.say(store.t(link ? 'message.share_by_hand' : 'message.share_too_long'));
    setTimeout(
      () => /** @type {HTMLElement | null} */ (root.querySelector('[data-testid="share-link"]'))?.focus(),
      100,
    );
    return;
  }
  store.copied = true;
  store.say(store.t('share.copied'));
  store.touch('look');
  setTimeout(() => {
    store.copied = false;
    store.touch('look');
  }, COPIED);
}
