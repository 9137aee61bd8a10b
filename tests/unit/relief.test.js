import { test } from 'node:test';
import { DIVERGED, FINITE, UNKNOWN } from '../../www/src/figures/ground/grid.js';
import { MOST_ZOOM, aroundTrial, isSame, panned, zoomedAt } from '../../www/src/views/landscape/extent.js';
import { Gestures, wheelFactor } from '../../www/src/views/landscape/gestures.js';
import { groundOf } from '../../www/src/figures/ground/ground.js';
import {
  BOX,
  colorsOf,
  contoursOf,
  heightAt,
  inside,
  laidOn,
  reliefOf,
  rimOf,
  spotOf,
  trianglesOf,
  tubeOf,
  worldOf,
} from '../../www/src/views/landscape/mesh.js';
import { HOME, cameraOf, isHidden, projector, turned, zoomed } from '../../www/src/views/landscape/orbit.js';
import { anyNumber, assert, check, fc, whole } from './numbers.js';

const share = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constant(NaN));
/** Any surface, with holes. */
const relief = fc
  .record({
    nx: fc.integer({ min: 1, max: 7 }),
    ny: fc.integer({ min: 1, max: 7 }),
    shares: fc.array(share, { minLength: 49, maxLength: 49 }),
  })
  .map(({ nx, ny, shares }) => ({
    size: /** @type {[number, number]} */ ([nx, ny]),
    shares: Float64Array.from(shares.slice(0, nx * ny)),
  }));
const unit = fc.double({ min: 0, max: 1, noNaN: true });
const near = (/** @type {number} */ a, /** @type {number} */ b, slack = 1e-9) =>
  assert.ok(Math.abs(a - b) <= slack, `${a} is not ${b}`);

test('a surface is of its known points alone: no triangle leans on a hole, and none is missing between four points', () => {
  check(
    fc.property(relief, (given) => {
      const [nx, ny] = given.size;
      const triangles = whole(trianglesOf(given));
      for (const points of triangles) for (const k of points) assert.ok(!Number.isNaN(given.shares[k]));
      let wanted = 0;
      for (let j = 0; j + 1 < ny; j++)
        for (let i = 0; i + 1 < nx; i++) {
          const a = j * nx + i;
          const known = [a, a + 1, a + nx, a + nx + 1].filter((k) => !Number.isNaN(given.shares[k])).length;
          wanted += Math.max(0, known - 2);
        }
      assert.equal(triangles.length, wanted);
    }),
  );
});

test('it ends where one triangle alone has a side', () => {
  const flat = (/** @type {number[]} */ shares) => ({
    size: /** @type {[number, number]} */ ([3, 3]),
    shares: Float64Array.from(shares),
  });
  const rim = (/** @type {number[]} */ shares) =>
    whole(rimOf(whole(trianglesOf(flat(shares))), shares.length)).length / 2;
  // Eight sides around four cells; a hole in the middle leaves four triangles at the corners.
  assert.equal(rim([0, 0, 0, 0, 0, 0, 0, 0, 0]), 8);
  assert.equal(rim([0, 0, 0, 0, NaN, 0, 0, 0, 0]), 12);
  assert.equal(rim([NaN, 0, 0, 0, 0, 0, 0, 0, 0]), 7);
  assert.equal(rim(new Array(9).fill(NaN)), 0);
});

test('its height is that of its points, between them within theirs, and nothing in a hole or beside it', () => {
  check(
    fc.property(relief, unit, unit, (given, u, v) => {
      const height = heightAt(given, u, v);
      const sound = given.shares.filter((one) => !Number.isNaN(one));
      if (!Number.isNaN(height)) assert.ok(height >= Math.min(...sound) - 1e-9 && height <= Math.max(...sound) + 1e-9);
      for (const triangle of whole(trianglesOf(given)))
        for (const k of triangle) {
          const spot = spotOf(given, k);
          near(heightAt(given, spot.u, spot.v), spot.share);
        }
      for (const [x, y] of [
        [-0.01, v],
        [u, 1.01],
        [NaN, v],
      ])
        assert.ok(Number.isNaN(heightAt(given, x, y)));
    }),
  );
  assert.ok(Number.isNaN(heightAt({ size: [1, 3], shares: new Float64Array(3) }, 0, 0.5)));
});

test('lines of equal height lie on the surface, at their height', () => {
  check(
    fc.property(relief, fc.array(unit, { maxLength: 4 }), (given, levels) => {
      const spots = whole(contoursOf(given, whole(trianglesOf(given)), levels));
      assert.equal(spots.length % 2, 0);
      for (const { u, v, share } of spots) {
        assert.ok(levels.includes(share));
        near(heightAt(given, u, v), share, 1e-6);
      }
    }),
  );
});

test('a path lies on the surface, in pieces that end at its edges and at holes', () => {
  const place = fc.double({ min: -3, max: 4, noNaN: true });
  check(
    fc.property(relief, fc.array(fc.tuple(place, place), { maxLength: 6 }), (given, places) => {
      const path = { x: places.map(([x]) => x), y: places.map(([, y]) => y) };
      for (const piece of whole(laidOn(given, [0, 1, 0, 1], path))) {
        assert.ok(piece.length > 1);
        for (const { u, v, share } of piece) near(heightAt(given, u, v), share, 1e-9);
      }
    }),
  );
  const flat = { size: /** @type {[number, number]} */ ([3, 3]), shares: new Float64Array(9).fill(0.5) };
  const [laid] = whole(laidOn(flat, [0, 1, 0, 1], { x: [0.1, 0.9], y: [0.2, 0.2] }));
  near(laid[0].u, 0.1);
  near(laid[laid.length - 1].u, 0.9);
  // One that comes from far away is as fine as any other, and no longer.
  const [across] = whole(laidOn(flat, [0, 1, 0, 1], { x: [-1e9, 1e9], y: [0.2, 0.2] }));
  near(across[0].u, 0, 1e-6);
  near(across[across.length - 1].u, 1, 1e-6);
  assert.ok(across.length < 9);
  assert.deepEqual(whole(laidOn(flat, [0, 1, 0, 1], { x: [0.5, NaN, Infinity], y: [0.5, 0.5, 0.5] })), []);
});

test('of a straight line what lies on the piece is kept', () => {
  const at = fc.record({
    u: fc.double({ min: -5, max: 5, noNaN: true }),
    v: fc.double({ min: -5, max: 5, noNaN: true }),
  });
  check(
    fc.property(at, at, unit, (from, to, along) => {
      const part = inside(from, to);
      const [u, v] = [from.u + along * (to.u - from.u), from.v + along * (to.v - from.v)];
      const slack = 1e-9;
      const isIn = u > slack && u < 1 - slack && v > slack && v < 1 - slack;
      if (isIn) assert.ok(part && along >= part[0] - slack && along <= part[1] + slack);
      if (part) assert.ok(part[0] >= 0 && part[1] <= 1 && part[0] <= part[1]);
    }),
  );
});

test('a tube keeps its distance from its line, and turns its outside out', () => {
  const point = fc.tuple(unit, unit, unit);
  check(
    fc.property(fc.array(point, { minLength: 2, maxLength: 8 }), (line) => {
      const { positions, indices } = tubeOf(/** @type {any} */ (line), 0.01);
      assert.ok(positions.every(Number.isFinite));
      const each = positions.length / line.length / 3;
      for (const k of indices) assert.ok(k < positions.length / 3);
      for (let k = 0; k < positions.length / 3; k++) {
        const center = line[Math.floor(k / each)];
        near(Math.hypot(...center.map((one, c) => positions[3 * k + c] - one)), 0.01, 1e-6);
      }
    }),
  );
  const { positions, indices } = tubeOf(
    [
      [0, 0, 0],
      [1, 0, 0],
    ],
    0.1,
  );
  const at = (/** @type {number} */ k) => [...positions.subarray(3 * k, 3 * k + 3)];
  const [a, b, c] = [at(indices[0]), at(indices[1]), at(indices[2])];
  const [u, w] = [b.map((one, k) => one - a[k]), c.map((one, k) => one - a[k])];
  const normal = [u[1] * w[2] - u[2] * w[1], u[2] * w[0] - u[0] * w[2], u[0] * w[1] - u[1] * w[0]];
  assert.ok(normal[1] * a[1] + normal[2] * a[2] > 0);
});

test('a ground becomes a surface: finite points as shares of the scale, all else holes', () => {
  const values = Float64Array.from([1, 2, 3, 4, NaN, 6, 7, 8, 9]);
  const known = Uint8Array.from([1, 1, 1, 1, 1, 1, 1, 1, 1]);
  const steps = groundOf({ size: [3, 3], extent: [0, 1, 0, 1], values, known, step: 1 }, false, 'low');
  let next = steps.next();
  while (!next.done) next = steps.next();
  const ground = next.value;
  assert.ok(ground);
  assert.deepEqual([...ground.filled.states].map((one) => [UNKNOWN, FINITE, DIVERGED].indexOf(one))[4], 2);
  const made = reliefOf(ground);
  assert.deepEqual([...made.shares], [0, 1 / 8, 2 / 8, 3 / 8, NaN, 5 / 8, 6 / 8, 7 / 8, 1]);
  // Four cells, each without the corner in the middle.
  assert.equal(whole(trianglesOf(made)).length, 4);
  for (const dark of [true, false])
    assert.ok([...whole(colorsOf(made, 'low', dark))].every((one) => one >= 0 && one <= 1));
});

test('wherever the eye stands, all of the box is before it, and its middle stays in the middle', () => {
  const turn = fc.double({ min: -20, max: 20, noNaN: true });
  check(
    fc.property(
      turn,
      turn,
      anyNumber,
      fc.integer({ min: 60, max: 2000 }),
      fc.integer({ min: 60, max: 1200 }),
      (yaw, pitch, factor, w, h) => {
        const pose = zoomed(turned(HOME, yaw, pitch), factor);
        const camera = cameraOf(pose, w, h);
        const to = projector(camera, w, h);
        const middle = to(camera.target);
        near(middle.x, w / 2, 1e-6);
        near(middle.y, h / 2, 1e-6);
        const whole = projector(cameraOf({ ...pose, zoom: 1 }, w, h), w, h);
        for (const u of [0, 1])
          for (const v of [0, 1])
            for (const share of [0, 1]) {
              const { x, y, depth } = whole(worldOf({ u, v, share }));
              assert.ok(depth > 0);
              assert.ok(x >= 0 && x <= w && y >= 0 && y <= h, `${[x, y, w, h, pose.yaw, pose.pitch]}`);
            }
      },
    ),
  );
  assert.deepEqual(turned(HOME, NaN, 0), HOME);
  assert.deepEqual(zoomed(HOME, 0), HOME);
});

test('what stands behind a hill is hidden, what stands on it is not', () => {
  const shares = new Float64Array(25);
  for (let i = 0; i < 5; i++) shares[10 + i] = 1;
  const wall = { size: /** @type {[number, number]} */ ([5, 5]), shares };
  const camera = cameraOf({ yaw: 0, pitch: 0.3, zoom: 1 }, 800, 600);
  const seen = (/** @type {number} */ v) =>
    !isHidden(wall, worldOf({ u: 0.5, v, share: heightAt(wall, 0.5, v) }, 0.005), camera.eye);
  assert.deepEqual([0.1, 0.5, 0.8].map(seen), [true, true, false]);
  assert.ok(BOX.height > 0);
});

test('a frame zooms about a place, moves, and stays within a millionth and a million of its own', () => {
  const home = /** @type {import('../../www/src/figures/ground/ground.js').Extent} */ ([-3, 1, -0.5, 0.25]);
  const wild = fc.oneof(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), anyNumber);
  check(
    fc.property(fc.array(fc.tuple(wild, unit, unit, unit), { maxLength: 30 }), (acts) => {
      let extent = home;
      for (const [factor, u, v, move] of acts) {
        const [x, y] = [extent[0] + u * (extent[1] - extent[0]), extent[2] + v * (extent[3] - extent[2])];
        const next = zoomedAt(extent, home, factor, u, v);
        const [wide, high] = [next[1] - next[0], next[3] - next[2]];
        near(next[0] + u * wide, x, 1e-6 * Math.max(wide, extent[1] - extent[0]));
        near(next[2] + v * high, y, 1e-6 * Math.max(high, extent[3] - extent[2]));
        extent = panned(next, home, move - 0.5, 0.5 - move);
        for (const k of [0, 2]) {
          const share = (extent[k + 1] - extent[k]) / (home[k + 1] - home[k]);
          assert.ok(share > 0.999 / MOST_ZOOM && share < 1.001 * MOST_ZOOM, String(share));
        }
      }
    }),
  );
  assert.deepEqual(zoomedAt(home, home, 2), [-2, 0, -0.3125, 0.0625]);
  assert.deepEqual(panned(home, home, 0.5, 0), [-1, 3, -0.5, 0.25]);
  assert.ok(isSame(home, [...home]) && !isSame(home, panned(home, home, 0.01, 0)));
  assert.deepEqual(aroundTrial(home), [-0.5, 0.5, -0.09375, 0.09375]);
});

test('the mouse drags, two fingers pinch, and one finger scrolls the page unless it may drag', () => {
  /** @type {any[]} */
  const told = [];
  let may = false;
  const gestures = new Gestures({
    drag: (...given) => void told.push(['drag', ...given]),
    pinch: (factor, at, dx, dy) => void told.push(['pinch', Math.round(100 * factor) / 100, at, dx, dy]),
    oneFinger: () => may,
  });
  const mouse = { pointerId: 1, pointerType: 'mouse', button: 0 };
  const finger = (/** @type {number} */ pointerId) => ({ pointerId, pointerType: 'touch', button: 0 });
  assert.ok(!gestures.move(mouse, { x: 5, y: 5 }));
  gestures.down(mouse, { x: 10, y: 10 });
  assert.ok(!gestures.move(mouse, { x: 12, y: 11 }));
  assert.ok(gestures.move(mouse, { x: 20, y: 10 }));
  gestures.up(mouse);
  gestures.down({ ...mouse, button: 2 }, { x: 0, y: 0 });
  assert.ok(!gestures.move(mouse, { x: 50, y: 50 }));
  assert.deepEqual(told.splice(0), [['drag', 10, 0, false]]);
  gestures.down(finger(2), { x: 0, y: 0 });
  assert.ok(!gestures.move(finger(2), { x: 0, y: 50 }));
  gestures.down(finger(3), { x: 100, y: 50 });
  assert.ok(gestures.move(finger(3), { x: 200, y: 50 }));
  assert.deepEqual(told.splice(0), [['pinch', 2, { x: 100, y: 50 }, 50, 0]]);
  gestures.up(finger(2));
  gestures.up(finger(3));
  may = true;
  gestures.down(finger(4), { x: 0, y: 0 });
  assert.ok(gestures.move(finger(4), { x: 30, y: 0 }));
  assert.deepEqual(told, [['drag', 30, 0, true]]);
});

test('the wheel comes closer and goes back again, however far it is turned', () => {
  check(
    fc.property(anyNumber, fc.boolean(), fc.constantFrom(0, 1), (deltaY, ctrlKey, deltaMode) => {
      const factor = wheelFactor({ deltaY, ctrlKey, deltaMode });
      assert.ok(factor > 0.1 && factor < 10);
      assert.ok(deltaY > 0 ? factor <= 1 : factor >= 1 || Number.isNaN(deltaY));
      near(factor * wheelFactor({ deltaY: -deltaY, ctrlKey, deltaMode }), 1);
    }),
  );
});
