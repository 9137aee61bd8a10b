import { html, nothing } from 'lit';
import { palette } from '../../figures/colors.js';
import { exact } from '../../study/format.js';
import { ballOf, placeOfTrial, startOf } from './overlay.js';

/**
 * What the landscape gives to the surface in space.
 *
 * @typedef {import('./shown.js').Shown} Shown
 * @typedef {import('./relief.js').Path} Path
 * @typedef {object} Figure
 * @property {import('../../state/store.js').Store} store
 * @property {import('../../figures/ground/ground.js').Ground | null} ground
 * @property {number} at
 * @property {{width: number, height: number}} size
 * @property {'loss' | 'accuracy'} measure
 * @property {import('./space.js').Space} space
 * @property {(key: string, values?: Record<string, unknown>) => string} t
 * @property {(value: number) => string} write
 * @property {(shown: Shown) => {x: string, y: string}} titles
 */

/** A path that stays the same is not laid anew. @type {WeakMap<object, Path[]>} */
const laid = new WeakMap();

/** @param {NonNullable<Shown['path']>} path */
function pathsOf(path) {
  const paths = laid.get(path) ?? [{ x: path.x, y: path.y, token: '--ink' }];
  laid.set(path, paths);
  return paths;
}

/** @type {Path[]} */
const none = [];

/** @param {Figure} figure @param {Shown} shown */
export function inSpace(figure, shown) {
  const { ground, store, space, at } = figure;
  if (!ground) return nothing;
  const { path, trial } = shown;
  const { x, y } = figure.titles(shown);
  const [x0, x1, y0, y1] = ground.extent.map((one) => exact(Number(one.toPrecision(3))));
  const { low, high, log } = ground.scale;
  const title = figure.t(`landscape.metric.${figure.measure}`);
  const height = log ? figure.t('landscape.height.log', { score: title }) : title;
  const axes = {
    x: { title: x, low: x0, high: x1 },
    y: { title: y, low: y0, high: y1 },
    height: { title: height, low: figure.write(low), high: figure.write(high) },
  };
  /** @type {import('./relief.js').Mark[]} */
  const marks = [];
  if (path) {
    marks.push({ x: path.x[0], y: path.y[0], draw: startOf(figure.t('landscape.start')) });
    if (at < path.steps.length - 1) marks.push({ x: path.x[at], y: path.y[at], draw: ballOf });
  }
  for (const point of shown.points) {
    const name = figure.t('trial.number', { number: point.trial });
    const own = point.trial === trial;
    marks.push({ x: point.x, y: point.y, draw: (place, frame) => placeOfTrial(place, name, frame, [], own) });
  }
  const paths = path ? pathsOf(path) : none;
  return html`<tp-relief .ground=${ground} .extent=${ground.extent} .paths=${paths} .marks=${marks}
    .axes=${axes} .pose=${space.pose} .size=${figure.size} .dark=${store.dark} .palette=${palette.version}
    @flat=${(/** @type {CustomEvent<'none' | 'lost'>} */ event) => space.flat(event.detail)}></tp-relief>`;
}
