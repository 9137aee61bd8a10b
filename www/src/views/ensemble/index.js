import './tp-ensemble.js';

export const texts = { en: () => import('./en.json'), ko: () => import('./ko.json') };
