import { Later, defineLater } from '../platform/later.js';

/**
 * A view is a folder: `index.js` with `render`, and where it needs them `style.css` (its component's `sheet`) and its
 * own texts, `en.json` and `ko.json`. Its title stands on its tab before any of that is loaded.
 *
 * @typedef {import('../state/store.js').Store} Store
 * @typedef {import('../platform/later.js').Module & {render: (store: Store) => unknown}} ViewModule
 * @typedef {{name: string, title: Record<'en' | 'ko', string>, part: Later<ViewModule>}} View
 */

/**
 * @param {{name: string, title: View['title'], load: () => Promise<ViewModule>}} given
 * @returns {View}
 */
export const defineView = ({ name, title, load }) => ({ name, title, part: defineLater(name, load) });

/**
 * The view that the page begins with comes with its first script.
 * @param {{name: string, title: View['title'], module: ViewModule}} given
 * @returns {View}
 */
export const firstView = ({ name, title, module }) => ({
  name,
  title,
  part: new Later(() => Promise.resolve(module), module),
});
