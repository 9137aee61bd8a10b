import { readStudy } from '../../study/study.js';
import { readSurface } from '../../state/stored.js';
import { Trials } from '../../state/trials.js';
import example from './example.json' with { type: 'json' };

/** When the example was trained. */
export const TRAINED = example.trained;

/** The stored example as a run that can be shown. `www/build/example.js` writes it, from a result of the default
 * study: losses are rounded, accuracies are numbers of rows, and how long an epoch took is not told.
 * @returns {Omit<import('../../state/shelf.js').Held, 'id'>
 *   & {surface: import('../../state/stored.js').StoredSurface | null}} */
export function readExample() {
  const read = readStudy(example.study);
  if ('problem' in read) throw new Error(`The example's study is not sound: ${read.problem.code}`);
  const { study } = read;
  const trials = new Trials(study);
  const { train_metric: train, validation_metric: validation, epochs: n } = example;
  for (const [number, values] of example.params.entries()) {
    const params = Object.fromEntries(example.names.map((name, k) => [name, values[k]]));
    const epochs = Array.from({ length: n }, (_, k) => {
      const at = number * n + k;
      return {
        epoch: k + 1,
        train_loss: example.train_loss[at],
        validation_loss: example.validation_loss[at],
        train_metric: train.right[at] / train.rows,
        validation_metric: validation.right[at] / validation.rows,
        learning_rate: params.learning_rate,
        seconds: NaN,
      };
    });
    const value = epochs[n - 1].validation_loss;
    const [seed, steps] = [study.seed ?? 0, example.steps[number]];
    trials.merge({ number, state: 'complete', params, value, seed, epochs, steps, diverged_at: null });
  }
  trials.takeEnded();
  return {
    study,
    trials,
    best: example.best,
    engine: example.engine,
    test: null,
    surface: readSurface(example.surface),
  };
}
