import {
  BufferAttribute,
  BufferGeometry,
  ColorManagement,
  DoubleSide,
  LineBasicMaterial,
  LineSegments,
  LinearSRGBColorSpace,
  Mesh,
  MeshBasicMaterial,
  PerspectiveCamera,
  Scene,
  WebGLRenderer,
} from 'three';
import { colorsOf, contoursOf, rimOf, spotOf, trianglesOf, tubeOf, worldOf } from './mesh.js';
import { DIVERGED } from '../../figures/ground/grid.js';

/**
 * The surface on a canvas, by WebGL: what it is told is drawn when it is told to draw, and never by itself.
 *
 * @typedef {import('./mesh.js').Relief} Relief
 * @typedef {import('./mesh.js').Spot} Spot
 * @typedef {import('./orbit.js').Camera} Camera
 * @typedef {{color: string, pieces: Spot[][]}} Line a path on the surface
 * @typedef {{dark: boolean, mark: string, line: string}} Colors
 */

/** How thick a path is, in the scene, and how much of it is seen through what hides it. */
const RADIUS = 0.0048;
const GHOST = 0.2;
/** A picture is waited for so often, so long each time, in ms. */
const WAITS = { tries: 200, ms: 10 };

// Colours are the page's own, and are drawn as they are.
ColorManagement.enabled = false;

/** Places are written down so many at a step. */
const STRIDE = 1024;

/** @param {Spot[]} spots @param {number} lift @returns {Generator<undefined, BufferAttribute>} */
function* placesOf(spots, lift) {
  const made = new Float32Array(3 * spots.length);
  for (const [k, spot] of spots.entries()) {
    if (k % STRIDE === 0) yield;
    made.set(worldOf(spot, lift), 3 * k);
  }
  return new BufferAttribute(made, 3);
}

/** @param {Spot[]} spots @param {number} lift @returns {Generator<undefined, BufferGeometry>} */
function* segments(spots, lift) {
  return new BufferGeometry().setAttribute('position', yield* placesOf(spots, lift));
}

export class ReliefScene {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    const context = canvas.getContext('webgl2', { antialias: true, alpha: true, powerPreference: 'low-power' });
    if (!context) throw new Error('no WebGL');
    /** @private */ this.canvas = canvas;
    /** @private */ this.context = context;
    /** @private */ this.renderer = new WebGLRenderer({ canvas, context, alpha: true });
    this.renderer.outputColorSpace = LinearSRGBColorSpace;
    // To ask after each program would wait for it.
    this.renderer.debug.checkShaderErrors = false;
    /** Whether it can be drawn without a wait. */ this.ready = false;
    /** @private */ this.scene = new Scene();
    /** @private */ this.camera = new PerspectiveCamera(30, 1, 0.05, 50);
    /** @private @type {Mesh[]} */ this.ground = [];
    /** @private @type {Mesh[]} */ this.lines = [];
  }

  /** Has the browser compile what the first drawing needs, beside the page. */
  async compile() {
    const beside = this.context.getExtension('KHR_parallel_shader_compile');
    if (beside) await this.renderer.compileAsync(this.scene, this.camera);
    this.ready = true;
  }

  /** @private @param {Mesh[]} before @param {Mesh[]} after */
  swap(before, after) {
    this.scene.remove(...before);
    for (const { geometry, material } of before) {
      geometry.dispose();
      material.dispose();
    }
    if (after.length) this.scene.add(...after);
    return after;
  }

  /**
   * Another surface, with its lines of equal height, a cross on the floor below each point without a score, and the
   * edges of the floor; made in small steps, and there at the last of them.
   * @param {Relief} relief
   * @param {Pick<import('../../figures/ground/ground.js').Ground, 'filled' | 'bands' | 'better'>} ground
   * @param {Colors} colors
   * @returns {Generator<undefined, true>}
   */
  *surface(relief, { filled, bands, better }, { dark, mark, line }) {
    const { shares } = relief;
    const triangles = yield* trianglesOf(relief);
    const spots = Array.from(shares, (share, k) => ({ ...spotOf(relief, k), share: Number.isNaN(share) ? 0 : share }));
    const geometry = new BufferGeometry()
      .setAttribute('position', yield* placesOf(spots, 0))
      .setAttribute('color', new BufferAttribute(yield* colorsOf(relief, better, dark), 3))
      .setIndex(new BufferAttribute(Uint32Array.from(triangles.flat()), 1));
    yield;
    const solid = new MeshBasicMaterial({
      vertexColors: true,
      side: DoubleSide,
      polygonOffset: true,
      polygonOffsetFactor: 1,
      polygonOffsetUnits: 1,
    });
    const made = [new Mesh(geometry, solid)];
    for (const labelled of [false, true]) {
      const levels = bands.filter((one) => one.labelled === labelled).map((one) => one.share);
      const look = new LineBasicMaterial({ color: mark, transparent: true, opacity: labelled ? 0.9 : 0.5 });
      const lines = yield* contoursOf(relief, triangles, levels);
      made.push(new LineSegments(yield* segments(lines, 0.001), look));
    }
    const rim = (yield* rimOf(triangles, shares.length)).map((k) => spotOf(relief, k));
    const faint = new LineBasicMaterial({ color: mark, transparent: true, opacity: 0.6 });
    made.push(
      new LineSegments(yield* segments(rim, 0.001), faint),
      new LineSegments(yield* segments(crossesOf(relief, filled.states), 0), new LineBasicMaterial({ color: mark })),
      new LineSegments(yield* segments(FLOOR, 0), new LineBasicMaterial({ color: line })),
    );
    this.ground = this.swap(this.ground, made);
    return true;
  }

  /** Other paths; what a hill hides of one is still faintly there. @param {Line[]} lines
   * @returns {Generator<undefined, true>} */
  *paths(lines) {
    const made = [];
    for (const { color, pieces } of lines)
      for (const piece of pieces) {
        yield;
        const { positions, indices } = tubeOf(
          piece.map((spot) => worldOf(spot, RADIUS)),
          RADIUS,
        );
        const tube = new BufferGeometry()
          .setAttribute('position', new BufferAttribute(positions, 3))
          .setIndex(new BufferAttribute(indices, 1));
        const ghost = { color, transparent: true, opacity: GHOST, depthTest: false, depthWrite: false };
        made.push(new Mesh(tube, new MeshBasicMaterial({ color })), new Mesh(tube, new MeshBasicMaterial(ghost)));
      }
    this.lines = this.swap(this.lines, made);
    return true;
  }

  /** @param {Camera} camera @param {number} width @param {number} height @param {number} ratio */
  draw({ eye, target, fov, aspect }, width, height, ratio) {
    const { renderer, camera } = this;
    renderer.setPixelRatio(ratio);
    renderer.setSize(width, height, false);
    camera.fov = (180 * fov) / Math.PI;
    camera.aspect = aspect;
    camera.position.set(...eye);
    camera.lookAt(...target);
    camera.updateProjectionMatrix();
    renderer.render(this.scene, camera);
  }

  /** What was just drawn, as a canvas that gives its pixels away. They are asked for and waited for: to take them at
   * once would hold the page up. @returns {Promise<HTMLCanvasElement>} */
  async still() {
    const { context: gl, canvas } = this;
    const { width, height } = canvas;
    const buffer = gl.createBuffer();
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
    gl.bufferData(gl.PIXEL_PACK_BUFFER, 4 * width * height, gl.STREAM_READ);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, 0);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
    const done = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
    for (let k = 0; done && k < WAITS.tries && gl.clientWaitSync(done, 0, 0) === gl.TIMEOUT_EXPIRED; k++)
      await new Promise((resolve) => setTimeout(resolve, WAITS.ms));
    const pixels = new Uint8Array(4 * width * height);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
    gl.getBufferSubData(gl.PIXEL_PACK_BUFFER, 0, pixels);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
    gl.deleteSync(done);
    gl.deleteBuffer(buffer);
    const image = new ImageData(width, height);
    for (let row = 0, at = 0; row < height; row++) {
      // Its first row is the lowest, and its colours are dimmed by how little they cover.
      let from = 4 * width * (height - 1 - row);
      for (let k = 0; k < width; k++, from += 4, at += 4) {
        const cover = pixels[from + 3];
        for (let c = 0; c < 3; c++) image.data[at + c] = cover ? (255 * pixels[from + c]) / cover : 0;
        image.data[at + 3] = cover;
      }
    }
    const made = Object.assign(document.createElement('canvas'), { width, height });
    made.getContext('2d')?.putImageData(image, 0, 0);
    return made;
  }

  /** Lets go of everything, and of the context: browsers have few to give. */
  dispose() {
    this.ground = this.swap(this.ground, []);
    this.lines = this.swap(this.lines, []);
    this.renderer.dispose();
    if (!this.context.isContextLost()) this.context.getExtension('WEBGL_lose_context')?.loseContext();
  }
}

const corner = (/** @type {number} */ u, /** @type {number} */ v) => ({ u, v, share: 0 });
const around = [corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)];
const FLOOR = around.flatMap((one, k) => [one, around[(k + 1) % 4]]);

/** @param {Relief} relief @param {Uint8Array} states @returns {Spot[]} */
function crossesOf(relief, states) {
  const [nx, ny] = relief.size;
  const [du, dv] = [0.3 / Math.max(1, nx - 1), 0.3 / Math.max(1, ny - 1)];
  /** @type {Spot[]} */
  const made = [];
  states.forEach((state, k) => {
    if (state !== DIVERGED) return;
    const { u, v } = spotOf(relief, k);
    made.push(corner(u - du, v - dv), corner(u + du, v + dv), corner(u - du, v + dv), corner(u + du, v - dv));
  });
  return made;
}
