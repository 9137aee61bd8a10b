import { learn } from '../../commands/commands.js';
import { SHARING } from '../../commands/sharing.js';
import './tp-share.js';

learn(SHARING);

export { reproducedNotice } from './reproduced.js';

export const texts = { en: () => import('./en.json'), ko: () => import('./ko.json') };
