import './tp-picker.js';
import './tp-search.js';
import './tp-automl.js';
import './tp-stages.js';

export const texts = { en: () => import('./en.json'), ko: () => import('./ko.json') };
