import './tp-share.js';

export { reproducedNotice } from './reproduced.js';

export const texts = { en: () => import('./en.json'), ko: () => import('./ko.json') };
