import '../../figures/tp-schedule-strip.js';

export const texts = { en: () => import('./en.json'), ko: () => import('./ko.json') };
