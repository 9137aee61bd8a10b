/**
 * What a newcomer meets first: the network's shape and what its units do, what holds it back, the rule that trains it
 * and how large, how many and how long its steps are. Where a study cannot use one of them, or gives widths one by
 * one, the next stands in.
 */
export const FIRST = [
  ['hidden_layers', 'hidden_units', 'hidden', 'activation', 'dropout'],
  ['optimizer', 'learning_rate', 'batch_size', 'epochs', 'schedule', 'weight_decay', 'l2'],
].flat();

/** So many of them are shown. */
export const FEW = 8;
