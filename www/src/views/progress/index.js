import './tp-progress.js';

export const texts = { en: () => import('./en.json'), ko: () => import('./ko.json') };
