import { small } from './app.js';

export const LOG = { type: 'float', low: 0.001, high: 1e6, log: true };
/** Of numbers, whose loss grows without an end where the rate is too large. */
export const NETS = small({
  dataset: { name: 'waves', samples: 60 },
  fixed: { hidden: [4], epochs: 3, init: 'normal', optimizer: 'sgd' },
  space: { learning_rate: LOG, init_std: { type: 'float', low: 0.01, high: 3, log: true } },
  trials: 3,
});
