import './tp-runs-list.js';
import './tp-compare.js';

export { readImport } from './import.js';
export const texts = { en: () => import('./en.json'), ko: () => import('./ko.json') };
