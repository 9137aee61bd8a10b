import './tp-class.js';

export const texts = { en: () => import('./en.json'), ko: () => import('./ko.json') };
