import test from 'node:test';
import { Grip } from '../../www/src/views/map/grip.js';
import { assert, anyNumber, fc } from './numbers.js';

/** A map's window, moved by hand. @typedef {any} Any */

const LOG = { type: 'float', low: 1e-3, high: 10, log: true };

/** A plot of 100 × 100 px that is all window. */
function figure() {
  const asked = /** @type {Any[]} */ ([]);
  const one = /** @type {Any} */ ({
    map: { options: { x: 'learning_rate', y: 'init_std', size: 16 }, ranges: { x: LOG, y: LOG } },
    ready: true,
    tabled: false,
    sharesOf: (/** @type {Any} */ { x, y }) => [x / 100, 1 - y / 100],
    act: (/** @type {string} */ name, /** @type {Any} */ box) => asked.push([name, box]),
    requestUpdate: () => {},
    pointAt: () => {},
  });
  return { grip: new Grip(one), asked };
}

const mouse = /** @type {Any} */ ({ pointerId: 1, pointerType: 'mouse', button: 0, type: 'pointerup' });
const finger = (/** @type {number} */ pointerId) =>
  /** @type {Any} */ ({ pointerId, pointerType: 'touch', button: 0, type: 'pointerup' });

test('a press is a click, a drag is a box', () => {
  const { grip, asked } = figure();
  grip.down(mouse, { x: 20, y: 20 });
  assert(!grip.move(mouse, { x: 22, y: 21 }), 'it has hardly moved');
  assert(grip.up(mouse) && asked.length === 0, 'a click');
  grip.down(mouse, { x: 20, y: 20 });
  assert(grip.move(mouse, { x: 60, y: 80 }) && grip.rect?.width === 40 && grip.rect.height === 60, 'a box is drawn');
  assert(!grip.up(mouse), 'no click');
  const near = (/** @type {Any} */ box) => [0.2, 0.6, 0.2, 0.8].every((one, k) => Math.abs(box[k] - one) < 1e-9);
  assert(Number(asked.length) === 1 && near(asked[0][1]), JSON.stringify(asked));
  assert(near(grip.taken()) && grip.taken() === null, 'taken once');
});

test('a box out of the plot is cut at its edge; a sliver, or one that is cancelled, is none', () => {
  const { grip, asked } = figure();
  for (const [to, type] of /** @type {Any[]} */ ([
    [{ x: 20.5, y: 90 }, 'pointerup'],
    [{ x: 90, y: 90 }, 'pointercancel'],
  ])) {
    grip.down(mouse, { x: 20, y: 20 });
    grip.move(mouse, to);
    assert(!grip.up({ ...mouse, type }) && asked.length === 0, type);
  }
  grip.down(mouse, { x: 50, y: 50 });
  grip.move(mouse, { x: 500, y: -70 });
  grip.up(mouse);
  assert(JSON.stringify(asked) === '[["map_zoom",[0.5,1,0.5,1]]]', JSON.stringify(asked));
  grip.end();
});

test('two fingers pinch, one is the page', () => {
  const { grip } = figure();
  grip.down(finger(1), { x: 40, y: 50 });
  assert(!grip.move(finger(1), { x: 40, y: 90 }) && grip.rect === null, 'one finger scrolls');
  grip.down(finger(2), { x: 60, y: 90 });
  assert(grip.move(finger(2), { x: 80, y: 90 }), 'two pinch');
  const [x0, x1] = grip.box ?? [0, 1];
  assert(Math.abs(x1 - x0 - 0.5) < 1e-9 && x0 > 0, `${x0} .. ${x1}`);
  assert(!grip.up(finger(2)) && !grip.up(finger(1)), 'no click');
  grip.end();
});

test('any zooming about any place is a window of some width', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(anyNumber, anyNumber, anyNumber), { maxLength: 12 }), (all) => {
      const { grip } = figure();
      for (const [times, u, v] of all) grip.zoom(times, [u, v]);
      const box = grip.box ?? [0, 1, 0, 1];
      grip.end();
      return box.every(Number.isFinite) && box[1] > box[0] && box[3] > box[2];
    }),
  );
});
