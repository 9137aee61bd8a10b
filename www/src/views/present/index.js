import './tp-present.js';

export const texts = { en: () => import('./en.json'), ko: () => import('./ko.json') };
