import { reachOf } from '../state/landscape.js';
import { EngineError } from './client.js';

/**
 * A loss surface from the lead Worker, piece by piece: whoever wants no more of it asks for no further piece, and
 * another surface takes its place.
 *
 * @typedef {import('../study/types.js').Study} Study
 * @typedef {import('../study/types.js').Trial} Trial
 * @typedef {import('../state/landscape.js').Head} Head
 * @typedef {import('../state/landscape.js').LandscapeOptions} LandscapeOptions
 * @typedef {import('../state/landscape.js').Piece} Piece
 * @typedef {import('../state/landscape.js').Reach} Reach
 */

/** Planes that are laid along the way of a training. */
const WAYS = ['pca', 'gradient'];
/** Points of a line. */
const LINE = 201;

/** How far the trial is trained that a surface is laid around, and a way to wait until that is farther. */
export class Following {
  /** @param {Reach} now */
  constructor(now) {
    this.now = now;
    /** @private */ this.wake = () => {};
  }

  /** @param {Reach} [now] without one, whoever waits looks again whether the surface is wanted at all */
  move(now) {
    if (now) this.now = now;
    this.wake();
  }

  /** @param {Reach} seen @returns {Promise<void>} */
  moved(seen) {
    return new Promise((resolve) => {
      this.wake = resolve;
      if (this.now !== seen) resolve();
    });
  }
}

/**
 * @typedef {object} Told
 * @property {Following} following
 * @property {(trial: Trial) => Promise<Uint32Array | null>} weights what a trial is, where somebody has it
 * @property {() => boolean} isWanted
 * @property {(id: number) => boolean} isKept whether somebody may ask for another part of its plane
 * @property {(head: Head, piece: Piece) => void} onGlimpse of the weights in training
 * @property {(head: Head, id: number) => void} onHead
 * @property {(piece: Piece) => void} onPiece
 */

/**
 * @param {import('./client.js').Client} client
 * @param {Study} study
 * @param {Trial[]} trials the plane's own, and those that it is laid through
 * @param {LandscapeOptions} options
 * @param {string} base what data files are resolved against
 * @param {Told} told
 */
export async function surface(client, study, trials, options, base, told) {
  const of_trials = study.trials ?? 1;
  const reach = told.following.now;
  const round = trials.map((trial, at) => ({
    trial: { number: trial.number, params: trial.params },
    of_trials,
    until_epoch: (at ? reachOf(trial) : reach)?.epochs ?? null,
  }));
  const side = options.plane === 'line' ? LINE : options.side;
  const words = await Promise.all(trials.map(told.weights));
  if (!told.isWanted()) return true;
  // What a copy was before it is another trial's way, which its own settings do not train.
  const lost = trials.find((one, at) => one.copy_of && (!words[at] || WAYS.includes(options.plane)));
  if (lost) throw new EngineError({ code: 'copy_again', trial: lost.number });
  const given = { ...options, side, reach, words };
  const id = await client.call('surface', JSON.stringify(study), JSON.stringify(round), given, base);
  let own = words[0];
  const weights = async () => (own = await told.weights(trials[0]));
  // Whoever trains a trial has the weights of its last step, and whoever trained it those that it was scored by.
  const isRaw = () => told.following.now.live || !own;
  const onHead = (/** @type {Head} */ head, /** @type {number} */ id) => told.onHead({ ...head, isRaw: isRaw() }, id);
  return pieces(client, id, { ...told, onHead }, reach, weights);
}

/**
 * Another part of the plane of a surface that is there; false if it is there no more.
 * @param {import('./client.js').Client} client
 * @param {number} id
 * @param {Head} head with the part's extent
 * @param {Told} told
 */
export async function frameSurface(client, id, head, told) {
  if (!(await client.call('surfaceFrame', id, head.extent))) return false;
  if (told.isWanted()) told.onHead(head, id);
  return pieces(client, id, told, told.following.now, async () => null);
}

/** @param {import('./client.js').Client} client @param {number} id @param {Told} told @param {Reach} seen what the
 * Worker knows of the trial @param {() => Promise<Uint32Array | null>} weights of the trial */
async function pieces(client, id, { following, isWanted, isKept, onGlimpse, onHead, onPiece }, seen, weights) {
  /** @type {Promise<void> | null} */ let asked = null;
  /** @type {{reach: Reach, words: Uint32Array | null} | null} */ let farther = null;
  const ask = async (/** @type {Reach} */ reach) => {
    farther = { reach, words: await weights() };
  };
  while (isWanted()) {
    // A picture of where the trial was gets finer while its weights are on their way.
    if (seen !== following.now) asked ??= ask(following.now);
    if (farther) {
      const { reach, words } = /** @type {{reach: Reach, words: Uint32Array | null}} */ (farther);
      [asked, farther, seen] = [null, null, reach];
      await client.call('surfaceFollow', id, reach, words);
    }
    const news = await client.call('surfaceMore', id);
    if (!news) throw new EngineError({ code: 'unexpected', detail: 'another surface was asked for' });
    if (!isWanted()) break;
    if (news.glimpse) onGlimpse(news.glimpse.head, news.glimpse.piece);
    if (news.head) onHead(news.head, id);
    if (news.piece) onPiece(news.piece);
    if (!news.piece?.done) continue;
    if (asked) await asked;
    else if (!seen.live && seen === following.now) return true;
    else await following.moved(seen);
  }
  if (!isKept(id)) await client.call('surfaceStop', id);
  return true;
}
