import { html } from 'lit';
import { Part, define } from '../../controls/part.js';
import { element } from '../../figures/plot-axes.js';
import { tokens } from '../../figures/colors.js';
import { inSlices, turn } from '../../platform/turns.js';
import { pixelRatio } from '../../platform/pixels.js';
import { textWidth } from '../../study/scale.js';
import { FINITE } from '../../figures/ground/grid.js';
import { heightAt, laidOn, reliefOf, sharesAt, spotOf, worldOf } from './mesh.js';
import { HOME, cameraOf, isHidden, projector } from './orbit.js';
import { text } from '../../figures/ground/places.js';
import { ReliefScene } from './scene.js';

/**
 * A surface in space, with paths and marks on it. It is given what it draws, and knows no store.
 *
 * @typedef {import('../../figures/ground/labels.js').Point} Point
 * @typedef {import('./mesh.js').Extent} Extent
 * @typedef {{x: ArrayLike<number>, y: ArrayLike<number>, token: string}} Path in the plane's coordinates; of which
 *   colour
 * @typedef {import('../../figures/plot-axes.js').Frame} Frame
 * @typedef {{x: number, y: number, draw: (at: Point, frame: Frame) => SVGElement}} Mark
 * @typedef {{width: number, height: number}} Size
 * @typedef {{title: string, low: string, high: string}} Axis its name, and what its ends say
 * @typedef {{x: Axis, y: Axis, height: Axis}} Axes
 */

/** Redraws are at least so many ms apart. */
const FRAME = 1000 / 30;
/** After a context was lost another is asked for in so many ms, so often. */
const PAUSE = 250;
const LOSSES = 2;
/** Pixels of a saved picture in one of the page. */
const RATIO = 2;
/** The pointer finds a point that is so near, in px. */
const NEAR = 16;

export class TpRelief extends Part {
  static properties = {
    ...Part.properties,
    ground: { attribute: false },
    extent: { attribute: false },
    paths: { attribute: false },
    marks: { attribute: false },
    axes: { attribute: false },
    pose: { attribute: false },
    size: { attribute: false },
    dark: { attribute: false },
    palette: { attribute: false },
  };

  constructor() {
    super();
    /** @type {import('../../figures/ground/ground.js').Ground | null} */ this.ground = null;
    /** @type {Extent} what the ground covers */ this.extent = [0, 1, 0, 1];
    /** @type {Path[]} */ this.paths = [];
    /** @type {Mark[]} */ this.marks = [];
    /** @type {Axes | null} */ this.axes = null;
    /** @type {import('./orbit.js').Pose} */ this.pose = HOME;
    this.size = { width: 0, height: 0 };
    this.dark = false;
    /** Grows as colours change. */ this.palette = 0;
    /** @private @type {ReliefScene | null} */ this.scene = null;
    /** @private @type {import('./mesh.js').Relief | null} of what is drawn */ this.relief = null;
    /** @private whether something is being made */ this.busy = false;
    /** @private what is over once that is made */ this.work = Promise.resolve();
    /** @private what the scene was made of */ this.made = nothing();
    /** @private */ this.frame = 0;
    /** @private */ this.last = -Infinity;
    /** @private @type {ReturnType<typeof setTimeout> | undefined} */ this.waiting = undefined;
    /** @private whether it has given up */ this.over = false;
    /** @private whether it waits before it asks for another context */ this.waits = false;
    /** @private how many contexts it has lost */ this.losses = 0;
    /** @private */ this.lost = () => {
      // What a lost context had made is gone with it, and a new canvas gets a new one.
      this.end();
      if (++this.losses > LOSSES) this.fail('lost');
      else {
        this.waits = true;
        this.waiting = setTimeout(() => {
          this.waits = false;
          this.requestUpdate();
        }, PAUSE);
      }
    };
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.end();
  }

  /** @private */
  end() {
    clearTimeout(this.waiting);
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    const canvas = this.querySelector('canvas');
    canvas?.removeEventListener('webglcontextlost', this.lost);
    this.scene?.dispose();
    this.scene = null;
    this.made = nothing();
    canvas?.remove();
  }

  /** @private The reason why there is no picture. @param {'none' | 'lost'} why */
  fail(why) {
    this.over = true;
    this.end();
    this.dispatchEvent(new CustomEvent('flat', { detail: why }));
  }

  /** @private The canvas is its own: one whose context was let go of never gets another. */
  begin() {
    if (this.scene) return true;
    let canvas = this.querySelector('canvas');
    if (!canvas) {
      canvas = document.createElement('canvas');
      canvas.className = 'layer space';
      canvas.setAttribute('aria-hidden', 'true');
      canvas.addEventListener('webglcontextlost', this.lost);
      this.querySelector('.ground3')?.append(canvas);
    }
    try {
      this.scene = new ReliefScene(canvas);
      return true;
    } catch {
      this.fail(this.losses ? 'lost' : 'none');
      return false;
    }
  }

  render() {
    return html`<div class="ground3"></div>
      <svg class="layer marks" width="100%" height="100%" aria-hidden="true"></svg>`;
  }

  updated() {
    if (this.scene?.ready) this.soon();
    if (!this.busy) this.work = this.renew();
  }

  /** Makes what the scene lacks, in slices; what changes meanwhile is made after it. @private */
  async renew() {
    if (this.isWhole()) return;
    this.busy = true;
    // The context, the surface and what lies on it are made each in tasks of their own.
    await turn();
    try {
      while (!this.isWhole() && this.begin()) await this.make();
    } finally {
      this.busy = false;
    }
    this.soon();
  }

  /** Whether nothing is left to be made, or can be. @private */
  isWhole() {
    const { ground, made } = this;
    if (!this.isConnected || this.over || !ground || this.waits) return true;
    return made.ready && made.ground === ground && made.paths === this.paths && made.look === this.look;
  }

  /** @private */
  get look() {
    return `${this.dark} ${this.palette} ${this.extent}`;
  }

  /** @private */
  async make() {
    const { scene, ground, paths, extent, dark, look } = this;
    if (!scene || !ground) return;
    const wanted = () => this.isConnected && this.scene === scene;
    const token = tokens(this, dark);
    const colors = { dark, mark: rgbOf(token('--mark')), line: rgbOf(token('--line-2')) };
    const { made } = this;
    if (made.ground !== ground || made.look !== look) {
      const relief = reliefOf(ground);
      if (!(await inSlices(scene.surface(relief, ground, colors), wanted))) return;
      Object.assign(made, { ground, look, paths: null });
      this.relief = relief;
    }
    if (made.paths !== paths) {
      if (!(await inSlices(linesOf(scene, /** @type {any} */ (this.relief), extent, paths, token), wanted))) return;
      made.paths = paths;
    }
    if (made.ready) return;
    await turn();
    if (!wanted()) return;
    await scene.compile();
    made.ready = true;
  }

  /** @private Draws once on a frame to come. */
  soon() {
    if (this.frame) return;
    const tick = (/** @type {number} */ now) => {
      if (now - this.last < FRAME - 4) {
        this.frame = requestAnimationFrame(tick);
        return;
      }
      this.frame = 0;
      this.last = now;
      this.drawAt(pixelRatio());
    };
    this.frame = requestAnimationFrame(tick);
  }

  /** @private */
  get camera() {
    return cameraOf(this.pose, this.size.width, this.size.height);
  }

  /** @private @param {number} ratio */
  drawAt(ratio) {
    const { width, height } = this.size;
    const { scene, camera } = this;
    if (!scene?.ready || !this.relief || width < 1 || height < 1) return;
    scene.draw(camera, width, height, ratio);
    const over = this.querySelector('svg.marks');
    const at = projector(camera, width, height);
    over?.replaceChildren(...this.axisParts(at), ...this.markParts(at, camera.eye));
  }

  /** The picture as it stands, for a file. @returns {Promise<HTMLCanvasElement | null>} */
  async still() {
    await this.work;
    if (!this.scene?.ready) return null;
    this.drawAt(RATIO);
    this.soon();
    return this.scene.still();
  }

  /** Where a place of the plane lies on the surface. @private @param {number} x @param {number} y */
  on(x, y) {
    const { u, v } = sharesAt(this.extent, x, y);
    const share = this.relief ? heightAt(this.relief, u, v) : NaN;
    return Number.isNaN(share) ? null : worldOf({ u, v, share }, 0.004);
  }

  /** @private @param {ReturnType<typeof projector>} at @param {import('./mesh.js').Vector} eye */
  markParts(at, eye) {
    const { width, height } = this.size;
    const frame = { width, height, left: 0, right: 0, top: 0, bottom: 0 };
    const places = this.marks.flatMap((mark) => {
      const place = this.on(mark.x, mark.y);
      return place ? [{ mark, place }] : [];
    });
    return places.map(({ mark, place }) => {
      const g = element('g', this.relief && isHidden(this.relief, place, eye) ? { opacity: 0.4 } : {});
      g.append(mark.draw(at(place), frame));
      return g;
    });
  }

  /** Names and ends along the nearest edges of the floor, and of the height at the edge farthest to the left.
   * @private @param {ReturnType<typeof projector>} at */
  axisParts(at) {
    const { axes } = this;
    if (!axes) return [];
    const floor = (/** @type {number} */ u, /** @type {number} */ v) => at(worldOf({ u, v, share: 0 }));
    const nearer = (/** @type {number} */ a, /** @type {number} */ b) => (a <= b ? 0 : 1);
    const v = nearer(floor(0.5, 0).depth, floor(0.5, 1).depth);
    const u = nearer(floor(0, 0.5).depth, floor(1, 0.5).depth);
    const middle = at(worldOf({ u: 0.5, v: 0.5, share: 0 }));
    const made = [];
    for (const [from, to, axis] of /** @type {const} */ ([
      [floor(0, v), floor(1, v), axes.x],
      [floor(u, 0), floor(u, 1), axes.y],
    ])) {
      made.push(...edgeParts(from, to, middle, axis, this.size));
    }
    const ends = [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ].map(([u, v]) => ({ low: floor(u, v), high: at(worldOf({ u, v, share: 1 })) }));
    const { low, high } = ends.reduce((a, b) => (b.low.x < a.low.x ? b : a));
    made.push(...heightParts(low, high, axes.height, this.size));
    return made;
  }

  /** The known point below the pointer, as column and row. @param {Point} at in px */
  pointAt(at) {
    const { relief, ground, camera, size } = this;
    if (!relief || !ground) return null;
    const to = projector(camera, size.width, size.height);
    let [best, worth] = [-1, Infinity];
    relief.shares.forEach((share, k) => {
      if (Number.isNaN(share) || ground.filled.states[k] !== FINITE) return;
      const { x, y, depth } = to(worldOf(spotOf(relief, k)));
      const far = Math.hypot(x - at.x, y - at.y);
      // Of points behind each other the first one is meant.
      if (far > NEAR || far / NEAR + 8 * depth >= worth) return;
      [best, worth] = [k, far / NEAR + 8 * depth];
    });
    const [nx] = relief.size;
    return best < 0 ? null : { i: best % nx, j: Math.floor(best / nx) };
  }

  /** Where a point of the grid lies on the screen; null in a hole. @param {number} i @param {number} j */
  screenOf(i, j) {
    const { relief, camera, size } = this;
    if (!relief) return null;
    const spot = spotOf(relief, j * relief.size[0] + i);
    const share = Number.isNaN(spot.share) ? 0 : spot.share;
    return projector(camera, size.width, size.height)(worldOf({ ...spot, share }));
  }
}

/** What a scene was made of. */
const nothing = () => ({
  /** @type {import('../../figures/ground/ground.js').Ground | null} */ ground: null,
  /** @type {Path[] | null} */ paths: null,
  look: '',
  ready: false,
});

/** @param {ReliefScene} scene @param {import('./mesh.js').Relief} relief @param {Extent} extent @param {Path[]} paths
 * @param {(name: string) => string} token @returns {Generator<undefined, true>} */
function* linesOf(scene, relief, extent, paths, token) {
  const lines = [];
  for (const path of paths)
    lines.push({ color: rgbOf(token(path.token)), pieces: yield* laidOn(relief, extent, path) });
  return yield* scene.paths(lines);
}

/** Words that stay within the picture. @param {Point} at @param {string} words @param {Size} size
 * @param {Record<string, string | number>} look */
function within({ x, y }, words, { width, height }, look) {
  const long = textWidth(words) + 4;
  const before = { start: 0, middle: 0.5, end: 1 }[String(look['text-anchor'])] ?? 0;
  const at = {
    x: Math.max(before * long, Math.min(width - (1 - before) * long, x)),
    y: Math.max(8, Math.min(height - 14, y)),
  };
  return text(at, words, look);
}

/** @param {Point} from @param {Point} to @param {Point} middle of the floor @param {Axis} axis
 * @param {Size} size */
function edgeParts(from, to, middle, { title, low, high }, size) {
  const mid = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
  const long = Math.hypot(mid.x - middle.x, mid.y - middle.y) || 1;
  const [ox, oy] = [(mid.x - middle.x) / long, (mid.y - middle.y) / long];
  const beside = (/** @type {Point} */ { x, y }, /** @type {number} */ away) => ({
    x: x + away * ox,
    y: y + away * oy,
  });
  const anchor = ox > 0.35 ? 'start' : ox < -0.35 ? 'end' : 'middle';
  const look = { 'text-anchor': anchor, dy: '.6em' };
  const inner = (/** @type {Point} */ end) => ({ x: end.x + (mid.x - end.x) * 0.1, y: end.y + (mid.y - end.y) * 0.1 });
  const number = { ...look, fill: 'var(--ink-3)' };
  return [
    within(beside(inner(from), 9), low, size, number),
    within(beside(inner(to), 9), high, size, number),
    within(beside(mid, 24), title, size, { ...look, 'font-size': 12 }),
  ];
}

/** @param {Point} low @param {Point} high @param {Axis} axis @param {Size} size */
function heightParts(low, high, axis, size) {
  const line = { d: `M${low.x},${low.y}L${high.x},${high.y}`, stroke: 'var(--line-2)', fill: 'none' };
  const look = { 'text-anchor': 'end', dy: '.35em', fill: 'var(--ink-3)' };
  const left = (/** @type {Point} */ { x, y }) => ({ x: x - 7, y });
  return [
    element('path', line),
    within(left({ x: low.x, y: low.y - 10 }), axis.low, size, look),
    within(left(high), axis.high, size, look),
    within({ x: high.x, y: high.y - 16 }, axis.title, size, { 'text-anchor': 'middle', 'font-size': 12 }),
  ];
}

/** @type {CanvasRenderingContext2D | null} */
let reader = null;
/** A colour of the page as one that WebGL knows; system colours have names. @param {string} color */
function rgbOf(color) {
  reader ??= document.createElement('canvas').getContext('2d');
  if (!reader) return color;
  reader.fillStyle = '#808080';
  reader.fillStyle = color;
  return String(reader.fillStyle);
}

define('tp-relief', TpRelief);
