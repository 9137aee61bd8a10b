import { learn } from '../../commands/commands.js';
import { SCENE } from '../../commands/scene.js';
import './tp-opening.js';
import './tp-valley.js';

export { readExample } from './example.js';
export { cutAt } from './replay.js';
export { DOORS } from './doors.js';
learn(SCENE);

export const texts = { en: () => import('./en.json'), ko: () => import('./ko.json') };
