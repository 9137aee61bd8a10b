import { BY_NAME } from '../../study/hyperparameters.js';

/** Whether a copy's setting is moved: it can change in training and is a number.
 * @param {string} name @param {import('../../study/types.js').Study} study */
export const isMoved = (name, { space }) =>
  name !== 'epochs' &&
  BY_NAME.get(name)?.live === true &&
  (space?.[name]?.choices?.every((one) => typeof one === 'number') ?? true);
