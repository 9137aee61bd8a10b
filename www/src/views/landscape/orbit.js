import { BOX, heightAt } from './mesh.js';

/**
 * From where a surface in space is looked at: an eye that goes around it, and where its places then lie on the screen.
 *
 * @typedef {import('./mesh.js').Vector} Vector
 * @typedef {{yaw: number, pitch: number, zoom: number}} Pose in radians; a zoom of 1 shows all of it
 * @typedef {{eye: Vector, target: Vector, fov: number, aspect: number}} Camera `fov`: the angle from the lower to the
 *   upper edge, in radians
 */

/** @type {Pose} */
export const HOME = { yaw: -0.55, pitch: 0.62, zoom: 1 };
const PITCH = [0.06, Math.PI / 2 - 0.02];
const ZOOM = [0.6, 6];
/** The angle of view, in radians. */
const FOV = 0.5;
/** What is looked at: the middle of the box, a little below its half. */
const TARGET = /** @type {Vector} */ ([0, 0.4 * BOX.height, 0]);
/** Half of what is to be seen across and up, whichever way it is turned, with room for labels; from above more. */
const ROOM = { across: 1, up: 0.74, above: 0.24 };

const between = (/** @type {number} */ x, /** @type {number[]} */ [low, high]) => Math.max(low, Math.min(high, x));

/** @param {Pose} pose @param {number} yaw @param {number} pitch @returns {Pose} */
export function turned(pose, yaw, pitch) {
  if (!Number.isFinite(yaw) || !Number.isFinite(pitch)) return pose;
  return { ...pose, yaw: (pose.yaw + yaw) % (2 * Math.PI), pitch: between(pose.pitch + pitch, PITCH) };
}

/** @param {Pose} pose @param {number} factor above 1 comes closer @returns {Pose} */
export const zoomed = (pose, factor) =>
  factor > 0 && Number.isFinite(factor) ? { ...pose, zoom: between(pose.zoom * factor, ZOOM) } : pose;

/** @param {Pose} pose @param {number} width @param {number} height of the picture @returns {Camera} */
export function cameraOf({ yaw, pitch, zoom }, width, height) {
  const aspect = Math.max(1, width) / Math.max(1, height);
  const half = Math.tan(FOV / 2);
  const distance =
    Math.max(ROOM.across / (half * aspect), (ROOM.up + ROOM.above * Math.sin(pitch) ** 2) / half) / zoom;
  const [x, y, z] = [Math.sin(yaw) * Math.cos(pitch), Math.sin(pitch), Math.cos(yaw) * Math.cos(pitch)];
  const eye = /** @type {Vector} */ ([x, y, z].map((one, c) => TARGET[c] + distance * one));
  return { eye, target: TARGET, fov: FOV, aspect };
}

/** @param {Vector} a @param {Vector} b */
const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** Where a place of the scene lies in the picture, in px, and how far from the eye.
 * @param {Camera} camera @param {number} width @param {number} height */
export function projector({ eye, target, fov }, width, height) {
  const ahead = /** @type {Vector} */ (target.map((one, c) => one - eye[c]));
  const long = Math.hypot(...ahead);
  const forward = /** @type {Vector} */ (ahead.map((one) => one / long));
  const flat = Math.hypot(forward[0], forward[2]);
  const right = /** @type {Vector} */ ([-forward[2] / flat, 0, forward[0] / flat]);
  const up = /** @type {Vector} */ ([
    right[1] * forward[2] - right[2] * forward[1],
    right[2] * forward[0] - right[0] * forward[2],
    right[0] * forward[1] - right[1] * forward[0],
  ]);
  const scale = height / 2 / Math.tan(fov / 2);
  return (/** @type {Vector} */ point) => {
    const from = /** @type {Vector} */ (point.map((one, c) => one - eye[c]));
    const depth = dot(from, forward);
    const near = Math.max(1e-6, depth);
    return { x: width / 2 + (scale * dot(from, right)) / near, y: height / 2 - (scale * dot(from, up)) / near, depth };
  };
}

/** Steps along a line of sight. */
const STEPS = 64;

/** Whether the surface stands between a place and the eye. @param {import('./mesh.js').Relief} relief
 * @param {Vector} point @param {Vector} eye */
export function isHidden(relief, point, eye) {
  const rise = eye[1] - point[1];
  // Above the box nothing stands in the way.
  const until = rise > 0 ? Math.min(1, (BOX.height * 1.01 - point[1]) / rise) : 1;
  for (let k = 1; k <= STEPS; k++) {
    const share = (until * k) / STEPS;
    const [x, y, z] = point.map((one, c) => one + share * (eye[c] - one));
    const height = heightAt(relief, x / BOX.width + 0.5, 0.5 - z / BOX.depth);
    if (height * BOX.height > y + 0.004) return true;
  }
  return false;
}
