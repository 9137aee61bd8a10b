import { html } from 'lit';
import './sweep/index.js';

/** The views that exist, in the order of their tabs.
 * @type {{name: string, render: (store: import('../state/store.js').Store) => unknown}[]} */
export const VIEWS = [{ name: 'sweep', render: (store) => html`<tp-sweep .store=${store}></tp-sweep>` }];
