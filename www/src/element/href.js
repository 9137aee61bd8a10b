import { encodeLink } from '../study/link.js';
import { mapWords } from '../study/map.js';
import { wordsOf } from '../state/race.js';

/** @typedef {import('../state/store.js').Store} Store */

/**
 * The present state as a link's text; null when it is too long for one.
 * @param {Store} store
 * @param {Set<string>} chosen
 * @param {import('../study/fingerprint.js').Fingerprint} [fp]
 * @param {Partial<import('../study/link.js').LinkState>} [other] what the link says otherwise
 */
export const linkOf = (store, chosen, fp, other = {}) =>
  encodeLink({
    study: store.study,
    view: store.view,
    race: store.view === 'race' ? wordsOf(store.race) : undefined,
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
  });

/** What a link says of the trainability map. @param {Store} store */
const mapOf = ({ map, study }) => (map.options && map.ranges ? mapWords(study, map.options, map.ranges) : undefined);
