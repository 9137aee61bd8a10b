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

/** Points a side. */
const SIDE = 51;

/**
 * @param {import('./client.js').Client} client
 * @param {Study} study
 * @param {Pick<Trial, 'number' | 'params'>} trial
 * @param {LandscapeOptions} options
 * @param {string} base what data files are resolved against
 * @param {{isWanted: () => boolean, onHead: (head: Head) => void, onPiece: (piece: Piece) => void}} told
 */
export async function surface(client, study, trial, options, base, { isWanted, onHead, onPiece }) {
  const { number, params } = trial;
  const round = JSON.stringify([{ trial: { number, params }, of_trials: study.trials ?? 1, until_epoch: null }]);
  const id = await client.call('surface', JSON.stringify(study), round, { ...options, side: SIDE }, base);
  while (isWanted()) {
    const news = await client.call('surfaceMore', id);
    if (!news) throw new EngineError({ code: 'unexpected', detail: 'another surface was asked for' });
    if (!isWanted()) break;
    if (news.head) onHead(news.head);
    if (news.piece) onPiece(news.piece);
    if (news.piece?.done) return;
  }
  await client.call('surfaceStop', id);
}
