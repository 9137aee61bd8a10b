import './tp-runs-list.js';
import './tp-compare.js';
import './tp-overlay.js';

export { readFile } from './import.js';
export const texts = { en: () => import('./en.json'), ko: () => import('./ko.json') };
