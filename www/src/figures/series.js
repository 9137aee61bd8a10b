/**
 * Series that are told apart by a colour and a dash each (`--series-0` to `--series-9`), so that colour is never the
 * only difference.
 */

export const DASHES = ['2 3', '7 4', '8 3 2 3', '', '12 4', '4 2 1 2 1 2', '1 2', '10 2 2 2', '5 5', '3 1'];

/** Optimizers that have a look of their own wherever they run. @type {Record<string, number>} */
export const OWN = {
  sgd: 0,
  momentum: 1,
  rmsprop: 2,
  adam: 3,
  adamw: 4,
  nesterov: 5,
  nadam: 6,
  adagrad: 7,
  adadelta: 8,
  gd: 9,
};

/** The order in which all other series take their looks: the one without a dash first. */
export const ORDER = [3, 0, 1, 2, 4, 5, 6, 7, 8, 9];
