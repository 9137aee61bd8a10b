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
 */

/** Points of a line. */
const LINE = 201;

/**
 * @typedef {object} Told
 * @property {() => boolean} isWanted
 * @property {(id: number) => boolean} isKept whether somebody may ask for another part of its plane
 * @property {(head: Head, piece: Piece) => void} onGlimpse of the weights in training
 * @property {(head: Head, id: number) => void} onHead
 * @property {(piece: Piece) => void} onPiece
 */

/**
 * @param {import('./client.js').Client} client
 * @param {Study} study
 * @param {Pick<Trial, 'number' | 'params'>[]} trials the plane's own, and those that it is laid through
 * @param {LandscapeOptions} options
 * @param {string} base what data files are resolved against
 * @param {Told} told
 */
export async function surface(client, study, trials, options, base, told) {
  const of_trials = study.trials ?? 1;
  const round = trials.map(({ number, params }) => ({ trial: { number, params }, of_trials, until_epoch: null }));
  const side = options.plane === 'line' ? LINE : options.side;
  const id = await client.call('surface', JSON.stringify(study), JSON.stringify(round), { ...options, side }, base);
  return pieces(client, id, told);
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
  return pieces(client, id, told);
}

/** @param {import('./client.js').Client} client @param {number} id @param {Told} told */
async function pieces(client, id, { isWanted, isKept, onGlimpse, onHead, onPiece }) {
  while (isWanted()) {
    const news = await client.call('surfaceMore', id);
    if (!news) throw new EngineError({ code: 'unexpected', detail: 'another surface was asked for' });
    if (!isWanted()) break;
    if (news.glimpse) onGlimpse(news.glimpse.head, news.glimpse.piece);
    if (news.head) onHead(news.head, id);
    if (news.piece) onPiece(news.piece);
    if (news.piece?.done) return true;
  }
  if (!isKept(id)) await client.call('surfaceStop', id);
  return true;
}
