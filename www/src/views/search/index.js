import { learn } from '../../commands/commands.js';
import { SETTINGS } from '../../commands/search-settings.js';
import './tp-picker.js';
import './tp-search.js';
import './tp-automl.js';
import './tp-stages.js';

learn(SETTINGS);

export const texts = { en: () => import('./en.json'), ko: () => import('./ko.json') };
