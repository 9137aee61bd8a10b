import './tp-record.js';
import './tp-scoring.js';
import './tp-batches.js';

export const texts = { en: () => import('./en.json'), ko: () => import('./ko.json') };
