import { preferredLanguage } from '../i18n/i18n.js';

const TEXTS = { en: () => import('../views/embed/en.json'), ko: () => import('../views/embed/ko.json') };

/** Says that another version of the script came first, whose elements all of the page has.
 * @param {string} first @param {string} own */
export async function tell(first, own) {
  const words = (await TEXTS[preferredLanguage()]()).default;
  console.warn(words['embed.second'].replace('{first}', first).replace('{own}', own));
}
