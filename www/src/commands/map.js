import { fractal, mapFromWords, rangeOf, zoomedTo } from '../study/map.js';
import { keyOf } from '../study/same.js';
import { defineCommand } from './command.js';

/**
 * @typedef {import('../state/map.js').MapOptions} MapOptions
 * @typedef {import('../study/map.js').Box} Box
 * @typedef {import('./command.js').On} On
 */

/** Pixels along a side at first. */
const USUAL = 128;

/** A map of other axes or of another size; without changes of the study as it is now, where it is another one.
 * @param {On} on @param {Partial<MapOptions>} [changes] */
async function laid({ store, runner }, changes = {}) {
  const { map, study } = store;
  const maps = await runner.maps();
  const [x, y] = maps.first();
  const before = map.options ?? { x, y, size: USUAL };
  const options = { ...before, ...changes };
  // The axes change places rather than be one.
  if (changes.x !== undefined && options.x === options.y) options.y = before.x;
  if (changes.y !== undefined && options.x === options.y) options.x = before.y;
  const ranges = { x: rangeOf(study, options.x), y: rangeOf(study, options.y) };
  // An axis that the study has no more, or that a map cannot begin with.
  if (!ranges.x) {
    Object.assign(options, { x, y });
    Object.assign(ranges, { x: rangeOf(study, x), y: rangeOf(study, y) });
  }
  const isSame = map.options && options.x === before.x && options.y === before.y && map.ranges;
  // A finer map of the same part of the plane.
  const own = isSame && changes.size !== undefined ? map.ranges : ranges;
  await maps.plan(options, /** @type {any} */ (own), false);
  return maps;
}

/** The plane of two hyperparameters, a trained network to each pixel. */
export const MAP = {
  /** Lays a map out, unless the study's is there already. */
  map: defineCommand({
    act: async (on, /** @type {Partial<MapOptions> | undefined} */ changes) => {
      const { map, study } = on.store;
      const asked = map.asked ? mapFromWords(study, map.asked) : null;
      if (map.asked) on.slices.map.put({ asked: '' });
      if (asked) return (await on.runner.maps()).plan(asked.options, asked.ranges, false);
      if (!changes && map.options && (map.n > 0 || map.key === keyOf(study))) return;
      const isOn = map.state === 'training' || map.state === 'waiting';
      const maps = await laid(on, changes);
      if (isOn) await maps.start();
    },
  }),
  /** What a link says of the map, which is laid out once it is looked at. */
  map_from: defineCommand({ act: ({ slices }, /** @type {string} */ asked) => slices.map.put({ asked }) }),
  /** The study as it is now, in the same axes. */
  map_renew: defineCommand({ act: (on) => laid(on, {}) }),
  /** The same, in the axes that a map of it begins with. */
  map_anew: defineCommand({
    act: async (on) => {
      const size = on.store.map.options?.size ?? USUAL;
      on.slices.map.put({ options: null });
      const [x, y] = (await on.runner.maps()).first();
      return laid(on, { x, y, size });
    },
  }),
  map_start: defineCommand({ act: async ({ runner }) => (await runner.maps()).start() }),
  map_pause: defineCommand({ act: async ({ runner }) => (await runner.maps()).pause() }),
  /** A part of what is shown, or more than that; it is trained if that was. */
  map_zoom: defineCommand({
    act: async ({ store, runner }, /** @type {Box} */ box) => {
      const { options, ranges, state } = store.map;
      if (!options || !ranges) return;
      const next = zoomedTo(options, ranges, box);
      if (JSON.stringify(next) === JSON.stringify(ranges)) return;
      const isOn = ['training', 'waiting', 'done'].includes(state);
      const maps = await runner.maps();
      await maps.plan(options, next, true);
      if (isOn) await maps.start();
    },
  }),
  /** A window before this one: the last, or the one at this place of the history. */
  map_back: defineCommand({
    when: ({ map }) => map.history.length > 0,
    act: async ({ store, runner }, /** @type {number | undefined} */ at) =>
      (await runner.maps()).back(at ?? store.map.history.length - 1),
  }),
  /** Trains a pixel's network by itself. */
  map_pixel: defineCommand({
    act: async ({ runner }, /** @type {number} */ index) => (await runner.maps()).trace(index),
  }),
  /** The pixel that is pointed at. */
  map_hover: defineCommand({ act: ({ slices }, /** @type {number | null} */ index) => slices.map.point(index) }),
  map_forget_pixel: defineCommand({ act: ({ slices }) => slices.map.put({ pixel: null }) }),
  /** The study takes a pixel's two settings. */
  map_take: defineCommand({
    edit: (study, /** @type {Record<string, import('../study/types.js').Value>} */ params) => {
      for (const [name, value] of Object.entries(params)) {
        delete study.space?.[name];
        (study.fixed ??= {})[name] = value;
      }
    },
  }),
  /** A study whose boundary is a fractal. */
  map_fractal: defineCommand({ edit: (study) => fractal(study) }),
};
