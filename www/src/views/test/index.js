import './tp-winners.js';
import './tp-test-drawer.js';

export const texts = { en: () => import('./en.json'), ko: () => import('./ko.json') };
