export * from '../../figures/tp-table.js';

export const texts = { en: () => import('./en.json'), ko: () => import('./ko.json') };
