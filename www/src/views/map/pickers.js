import { html, nothing } from 'lit';
import { live } from 'lit/directives/live.js';
import { icon } from '../../controls/icons.js';
import { count } from '../../study/format.js';
import { keyOf } from '../../study/same.js';
import { SEEDS, SIZES, axesOf } from '../../study/map.js';
import { sidesOf } from '../../study/pixels.js';
import { DIVERGED, SLOW } from '../../state/map.js';
import { axisName, longTime, megabytes } from './words.js';

/**
 * What the reader chooses above a map, what it takes, and what there is to know of it as it is.
 *
 * @typedef {import('../../study/types.js').Study} Study
 * @typedef {Pick<import('../../controls/part.js').Part, 'store' | 't' | 'act'>} Figure
 */

/** A map that takes longer than this, in seconds, is offered smaller. */
const LONG = 600;
/** Bytes of a pixel in the page: its columns, its colour, and what the picture was before. */
const PIXEL_BYTES = 40;

/** @type {WeakMap<Study, string>} */
const keys = new WeakMap();

/** @param {Study} study */
function keyOfStudy(study) {
  const key = keys.get(study) ?? keyOf(study);
  keys.set(study, key);
  return key;
}

/** @param {Figure} part */
export function controlsOf(part) {
  const { store } = part;
  const { map } = store;
  const { options, state } = map;
  if (!options) return nothing;
  const able = axesOf(store.study);
  const pick = (/** @type {'x' | 'y'} */ side) => {
    const names = [...new Set([...able, options[side]])].filter((name) => name !== SEEDS);
    const all = side === 'y' ? [...names, SEEDS] : names;
    const change = (/** @type {Event} */ event) =>
      part.act('map', { [side]: /** @type {HTMLSelectElement} */ (event.target).value });
    return html`<label>${part.t(`map.${side}`)} <select data-testid="map-${side}" @change=${change}>${all.map(
      (name) =>
        html`<option value=${name} .selected=${live(name === options[side])}>${axisName(store, name)}</option>`,
    )}</select></label>`;
  };
  const resize = (/** @type {Event} */ event) =>
    part.act('map', { size: Number(/** @type {HTMLSelectElement} */ (event.target).value) });
  const isOn = state === 'training' || state === 'waiting';
  const label = isOn ? 'pause' : map.done > 0 ? 'resume' : 'start';
  const isWhole = map.n > 0 && map.done === map.n;
  return html`<div class="pickers">${pick('x')}${pick('y')}
    <label>${part.t('map.size')} <select data-testid="map-size" @change=${resize}>${SIZES.map((size) => {
      const sides = sidesOf({ ...options, size }).join(' × ');
      return html`<option value=${size} .selected=${live(size === options.size)}>${sides}</option>`;
    })}</select></label>
    ${
      isWhole
        ? nothing
        : html`<button type="button" class="btn ${isOn ? '' : 'p'}" data-testid="map-go" ?disabled=${!map.n}
            @click=${() => part.act(isOn ? 'map_pause' : 'map_start')}>${icon(isOn ? 'pause' : 'play')}${part.t(
              `map.${label}`,
            )}</button>`
    }
    <span class="q2" role="status" data-testid="map-cost">${costText(part)}</span></div>
    ${noticesOf(part)}`;
}

/** What the map takes, before it is there, and how long it still takes. @param {Figure} part */
function costText(part) {
  const { store } = part;
  const { map } = store;
  const words = part.t.bind(part);
  const { cost, state } = map;
  if (state === 'waiting') return words('map.waiting');
  if (state === 'planning') return words('map.measuring');
  if (!cost || state === 'done' || state === 'failed') return '';
  const left = map.n - map.done;
  if (state === 'training' && map.done && map.seconds)
    return words('map.left', { time: longTime(store, (map.seconds / map.done) * left) });
  const mb = megabytes(cost.bytes + PIXEL_BYTES * map.n);
  if (cost.seconds === null) return words('map.cost.unmeasured', { mb });
  return words('map.cost', { time: longTime(store, (cost.seconds * left) / map.n), n: cost.workers, mb });
}

/** @param {Figure} part */
function noticesOf(part) {
  const { store } = part;
  const { map } = store;
  const { options, n, counts } = map;
  const found = /** @type {unknown[]} */ ([]);
  const say = (/** @type {string} */ name, /** @type {unknown} */ text, /** @type {unknown} */ more = nothing) =>
    found.push(html`<p class="said" data-testid="map-${name}">${text} ${more}</p>`);
  const button = (
    /** @type {string} */ key,
    /** @type {() => unknown} */ act,
    /** @type {Record<string, unknown>} */ values = {},
  ) => {
    const label = part.t(`map.${key}`, values);
    return html`<button type="button" class="btn" data-testid="map-${key}" @click=${act}>${label}</button>`;
  };
  if (map.state === 'failed' && map.problem) {
    const kept = map.done ? part.t('map.kept', { n: count(map.done) }) : '';
    const text = html`<b role="alert">${store.sentence(map.problem)}</b> ${kept}`;
    say(
      'failed',
      text,
      button('retry', () => part.act(map.head ? 'map_start' : 'map_renew')),
    );
  }
  if (map.key !== '' && map.key !== keyOfStudy(store.study))
    say(
      'stale',
      part.t('map.stale'),
      button('renew', () => part.act('map_renew')),
    );
  const seconds = map.cost?.seconds ?? 0;
  if (options && map.state !== 'done' && seconds > LONG && options.size > SIZES[0]) {
    const timeOf = (/** @type {number} */ size) => seconds * (size / options.size) ** 2;
    const size = [...SIZES].reverse().find((one) => timeOf(one) < LONG) ?? SIZES[0];
    const less = { size: sidesOf({ ...options, size }).join(' × '), time: longTime(store, timeOf(size)) };
    say(
      'long',
      part.t('map.long', { time: longTime(store, seconds) }),
      button('smaller', () => part.act('map', { size }), less),
    );
  }
  if (n && counts[DIVERGED] === n) say('all-diverged', part.t('map.all_diverged'));
  else if (n && counts[SLOW] === n) say('all-slow', part.t('map.all_slow'));
  if (map.head && map.head.limit === null) say('one-class', part.t('map.one_class'));
  return found;
}
