import { fractal, mapFromWords, zoomedTo } from '../study/map.js';
import { keyOf } from '../study/same.js';
import { defineCommand } from './command.js';

/**
 * @typedef {import('../state/map.js').MapOptions} MapOptions
 * @typedef {import('../study/map.js').Box} Box
 */

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
      const maps = await on.runner.maps();
      await maps.lay(changes);
      if (isOn) await maps.start();
    },
  }),
  /** What a link says of the map, which is laid out once it is looked at. */
  map_from: defineCommand({ act: ({ slices }, /** @type {string} */ asked) => slices.map.put({ asked }) }),
  /** What an earlier visit trained, also in the place of what is laid out already. */
  restore_map: defineCommand({
    act: async ({ store, slices, runner }, /** @type {import('../state/map.js').KeptMap} */ kept) =>
      (store.map.options ? await runner.maps() : slices.map).recall(kept),
  }),
  /** The study as it is now, in the same axes. */
  map_renew: defineCommand({ act: async ({ runner }) => (await runner.maps()).lay() }),
  /** The same, in the axes that a map of it begins with; one that only follows the study keeps what was chosen. */
  map_anew: defineCommand({
    act: async ({ runner }, /** @type {boolean | undefined} */ follows) => (await runner.maps()).anew(follows),
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
