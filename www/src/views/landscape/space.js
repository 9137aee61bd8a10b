import { Later } from '../../platform/later.js';
import { HOME, turned, zoomed } from './orbit.js';

/**
 * Whether a figure shows its surface in space, and from where. The script that draws it is large, and is loaded when
 * it is first asked for, not beforehand.
 *
 * @typedef {import('./relief.js').TpRelief} TpRelief
 */

const relief = new Later(() => import('./relief.js'));

/** A drag across the whole plot turns by this angle, in radians; a key by that. */
const DRAG = { across: 1.6 * Math.PI, up: 0.8 * Math.PI };
const KEY = { turn: Math.PI / 18, zoom: 1.2 };

/** Whether the browser draws in space at all. */
function hasWebGl() {
  const context = document.createElement('canvas').getContext('webgl2');
  // Browsers have few contexts to give.
  context?.getExtension('WEBGL_lose_context')?.loseContext();
  return context !== null;
}

export class Space {
  /** @param {{requestUpdate: () => void, size: {width: number, height: number}, flat: boolean}} figure `flat`: what
   *   it shows has no surface */
  constructor(figure) {
    /** @private */ this.figure = figure;
    /** Whether the reader wants it. */ this.wanted = false;
    /** @type {'' | 'none' | 'lost' | 'load'} why the picture is flat all the same */ this.reason = '';
    this.pose = HOME;
  }

  /** Whether it is drawn now. */
  get shown() {
    return this.wanted && !this.figure.flat && relief.state === 'ready';
  }

  /** @param {boolean} wanted */
  async choose(wanted) {
    this.wanted = wanted;
    this.reason = '';
    this.figure.requestUpdate();
    if (!wanted || relief.state === 'ready') return;
    if (!hasWebGl()) this.flat('none');
    else await relief.open().catch(() => this.flat('load'));
    this.figure.requestUpdate();
  }

  /** @param {'none' | 'lost' | 'load'} why */
  flat(why) {
    this.wanted = false;
    this.reason = why;
    this.figure.requestUpdate();
  }

  /** @private @param {import('./orbit.js').Pose} pose */
  stand(pose) {
    this.pose = pose;
    this.figure.requestUpdate();
  }

  /** One finger turns only: up and down it scrolls the page. @param {number} dx @param {number} dy
   * @param {boolean} touch */
  drag(dx, dy, touch) {
    const { width, height } = this.figure.size;
    const up = touch ? 0 : (dy / Math.max(1, height)) * DRAG.up;
    this.stand(turned(this.pose, (-dx / Math.max(1, width)) * DRAG.across, up));
  }

  /** @param {number} factor @param {number} dx @param {number} dy */
  pinch(factor, dx, dy) {
    this.drag(dx, dy, false);
    this.zoom(factor);
  }

  /** @param {number} factor */
  zoom(factor) {
    this.stand(zoomed(this.pose, factor));
  }

  /** Whether the key is one of its own. @param {string} key @param {[number, number] | null} way */
  key(key, way) {
    if (way) this.stand(turned(this.pose, KEY.turn * -way[0], KEY.turn * way[1]));
    else if (key === '+' || key === '=') this.zoom(KEY.zoom);
    else if (key === '-') this.zoom(1 / KEY.zoom);
    else if (key === '0' || key === 'Home') this.stand(HOME);
    else return false;
    return true;
  }
}
