import { encodeLink } from '../study/link.js';
import { mapWords } from '../study/map.js';
import { planeWords } from '../state/landscape.js';
import { wordsOf } from '../state/race.js';

/** @typedef {import('../state/store.js').Store} Store @typedef {import('../study/types.js').Study} Study */

/** What a table that stands in a study is called where there is no room for it. */
const TABLE = 'table.csv';

/** A study whose table is named, and not in it, as that of a link that would be too long. @param {Study} study */
export function withoutTable({ dataset: { text, ...dataset }, ...study }) {
  return { ...study, dataset: { ...dataset, ...(text !== undefined && { file: TABLE }) } };
}

/**
 * The present state as a link's text, without a table that is too large for one; null when all else is, too.
 * @param {Store} store
 * @param {Set<string>} chosen
 * @param {import('../study/fingerprint.js').Fingerprint} [fp]
 * @param {Partial<import('../study/link.js').LinkState>} [other] what the link says otherwise
 */
export function linkOf(store, chosen, fp, other = {}) {
  /** @type {import('../study/link.js').LinkState & {study: Study}} */
  const state = {
    study: store.study,
    view: store.view,
    race: store.view === 'race' ? wordsOf(store.race) : undefined,
    plane: store.view === 'landscape' ? planeWords(store.landscape.options) : undefined,
    map: store.view === 'map' ? mapOf(store) : undefined,
    decide: (store.view === 'decide' && store.decide) || undefined,
    lesson: store.lesson || undefined,
    lang: chosen.has('lang') ? store.lang : undefined,
    theme: chosen.has('theme') ? store.theme : undefined,
    scale: store.scale,
    rows: store.allRows ? 'all' : undefined,
    color: store.measure ?? undefined,
    curves: store.curveColor ?? undefined,
    controls: store.only ?? undefined,
    lock: [...store.locks],
    fp,
    ...other,
  };
  return encodeLink(state) ?? encodeLink({ ...state, study: withoutTable(state.study) });
}

/** What a link says of the trainability map. @param {Store} store */
const mapOf = ({ map, study }) => (map.options && map.ranges ? mapWords(study, map.options, map.ranges) : undefined);
