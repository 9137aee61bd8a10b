import '../../controls/tp-drawn.js';
import '../../controls/tp-editor.js';

/** What the panel needs once something in it is opened: the editor of a row, the drawing of a
 * schedule, and search among the rows. */
export { fits, missing } from '../../study/find.js';
export const texts = { en: () => import('./en.json'), ko: () => import('./ko.json') };
