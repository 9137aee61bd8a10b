import { render } from 'lit';
import { linesOf, tabbedLinesOf } from './figure-data.js';
import { depthColor } from './colors.js';
import { element } from './plot-axes.js';
import { SvgContext } from './svg-context.js';
import { inSlices } from '../platform/turns.js';
import { download } from '../platform/download.js';

/**
 * Figures as files. A picture is the plot as it stands on the page, below a title and a legend that let it stand
 * alone: axes and marks as they are, curves as paths, and as an image what a canvas shows that nothing describes.
 *
 * @typedef {HTMLElement & import('./figure-data.js').Pictured} Figure
 * @typedef {{svg: string, width: number, height: number}} Picture
 */

const MARGIN = 16;
const LINE = 20;
const GAP = 14;
/** Pixels of a PNG in one of the page. */
const RATIO = 2;
/** Longer paths than this, in letters, become an image. */
const MOST = 6_000_000;

/**
 * Saves a figure's picture or data, or copies the data.
 * @param {Figure} figure
 * @param {import('./figure-data.js').SaveKind} kind
 * @returns {Promise<string>} the file's name
 */
export async function exportFigure(figure, kind) {
  const name = `${figure.file}.${kind}`;
  if (kind === 'csv')
    download(new Blob(await textsOf(linesOf(figure.data())), { type: 'text/csv;charset=utf-8' }), name);
  else if (kind === 'json') download(new Blob([textOf(figure.document())], { type: 'application/json' }), name);
  else if (kind === 'copy' || kind === 'tsv') {
    const lines = kind === 'tsv' ? tabbedLinesOf(figure.shownData()) : linesOf(figure.data());
    await navigator.clipboard.writeText((await textsOf(lines)).join(''));
  } else {
    const picture = await pictureOf(figure);
    download(kind === 'svg' ? new Blob([picture.svg], { type: 'image/svg+xml' }) : await pngOf(picture), name);
  }
  return name;
}

/** JSON has no NaN and no infinity: they are words. @param {object | null} document */
const textOf = (document) =>
  `${JSON.stringify(document, (_, value) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  )}\n`;

/** Lines that are put together at a time. */
const TOGETHER = 200;

/** A file's lines in parts of many, made in small tasks.
 * @param {Iterable<string>} made @returns {Promise<string[]>} */
async function textsOf(made) {
  /** @type {string[]} */
  const parts = [];
  await inSlices(
    (function* () {
      /** @type {string[]} */
      let lines = [];
      for (const line of made) {
        if (lines.push(line) < TOGETHER) continue;
        parts.push(lines.join(''));
        lines = [];
        yield;
      }
      parts.push(lines.join(''));
    })(),
    () => true,
  );
  return parts;
}

/** @param {Figure} figure @returns {Promise<Picture>} */
export async function pictureOf(figure) {
  const plot = /** @type {HTMLElement} */ (figure.querySelector('.plot'));
  const area = plot.getBoundingClientRect();
  // The page's scale is none of the picture's.
  const own = area.width ? plot.offsetWidth / area.width : 1;
  const width = Math.ceil(area.width * own) + 2 * MARGIN;
  const head = headOf(figure, width - 2 * MARGIN);
  const height = Math.ceil(head.height + area.height * own) + 2 * MARGIN;
  const svg = element('svg', {
    xmlns: 'http://www.w3.org/2000/svg',
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    'font-family': 'var(--font)',
    'font-size': 12,
    lang: figure.store.lang,
  });
  const name = element('title', {}, figure.pictureTitle);
  const about = element('desc', {}, figure.summary());
  svg.append(name, about, element('rect', { width, height, fill: 'var(--surface)' }));
  const top = element('g', { transform: `translate(${MARGIN},${MARGIN})` });
  const body = element('g', { transform: `translate(${MARGIN},${MARGIN + head.height})` });
  top.append(...head.parts);
  const place = { left: area.left, top: area.top, own };
  body.append(...(await partsOf(figure, plot, place)));
  svg.append(top, body);
  return { svg: finished(svg, figure), width, height };
}

/**
 * Title, key and legend, in lines no wider than the picture.
 * @param {Figure} figure
 * @param {number} width
 */
function headOf(figure, width) {
  const font = getComputedStyle(figure).fontFamily;
  const g = /** @type {CanvasRenderingContext2D} */ (document.createElement('canvas').getContext('2d'));
  const long = (/** @type {string} */ text, size = 12) => {
    g.font = `${size}px ${font}`;
    return g.measureText(text).width;
  };
  /** @type {SVGElement[]} */
  const parts = [];
  let [x, y] = [0, 0];
  const put = (/** @type {SVGElement[]} */ made, /** @type {number} */ wide) => {
    if (x && x + wide > width) [x, y] = [0, y + LINE];
    const g = element('g', { transform: `translate(${x},${y})` });
    g.append(...made);
    parts.push(g);
    x += wide + GAP;
  };
  const text = (/** @type {string} */ words, x = 0, look = {}) =>
    element('text', { x, y: 14, fill: 'var(--ink-2)', ...look }, words);
  for (const words of wrapped(figure.pictureTitle, width, (one) => long(one, 15) * 1.06)) {
    parts.push(text(words, 0, { y: y + 15, 'font-size': 15, 'font-weight': 600, fill: 'var(--ink)' }));
    y += LINE + 2;
  }
  if (figure.heading() !== figure.title) put([text(figure.heading())], long(figure.heading()));
  const legend = figure.pictureLegend;
  if (legend) {
    const made = [];
    let at = 0;
    const word = (/** @type {string} */ words) => {
      if (!words) return;
      made.push(text(words, at));
      at += long(words) + 6;
    };
    word(legend.text);
    word(legend.low);
    made.push(ramp(at, legend.color ?? ((share) => depthColor(1 - share, figure.store.dark))));
    at += 78;
    word(legend.high);
    put(made, at);
  }
  for (const key of figure.pictureKeys()) {
    const holder = document.createElement('div');
    render(key.mark, holder);
    const mark = /** @type {SVGElement} */ (holder.querySelector('svg'));
    const g = element('g', { transform: 'translate(8,5)', fill: 'none' });
    g.append(...mark.childNodes);
    put([g, text(key.text, 30)], 30 + long(key.text));
  }
  const { upTitle } = figure;
  if (upTitle) {
    [x, y] = [0, y + LINE];
    put([text(`↑ ${upTitle}`)], width);
  }
  return { parts, height: y + LINE + 8 };
}

/** Words in lines that fit. @param {string} text @param {number} width @param {(text: string) => number} long */
export function wrapped(text, width, long) {
  /** @type {string[]} */
  const lines = [];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1];
    if (last !== undefined && long(`${last} ${word}`) <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** The scale of colours, best first. @param {number} x @param {(share: number) => string} color */
function ramp(x, color) {
  const made = element('g', { transform: `translate(${x},4)` });
  for (let k = 0; k < 36; k++) made.append(element('rect', { x: 2 * k, width: 2.2, height: 12, fill: color(k / 35) }));
  return made;
}

/**
 * All that a plot shows, in the order in which it lies one above the other.
 * @param {Figure} figure
 * @param {Element} parent
 * @param {{left: number, top: number, own: number}} place
 * @returns {Promise<SVGElement[]>}
 */
async function partsOf(figure, parent, place) {
  const made = [];
  for (const one of parent.children) {
    if (one.matches('.data, .empty, .cursor, [hidden]')) continue;
    const area = one.getBoundingClientRect();
    const [x, y] = [(area.left - place.left) * place.own, (area.top - place.top) * place.own];
    const [width, height] = [area.width * place.own, area.height * place.own];
    if (one instanceof SVGSVGElement) {
      const copy = /** @type {SVGElement} */ (one.cloneNode(true));
      for (const [name, value] of Object.entries({ x, y, width, height, overflow: 'visible' }))
        copy.setAttribute(name, String(value));
      made.push(copy);
    } else if (one instanceof HTMLCanvasElement) {
      const at = element('g', { transform: `translate(${x},${y})` });
      const pixels = async () => ((await figure.still(one)) ?? one).toDataURL();
      at.append((await pathsOf(figure, one)) ?? element('image', { href: await pixels(), width, height }));
      made.push(at);
    } else if (one.matches('.box'))
      made.push(
        element('rect', { x, y, width, height, fill: 'none', stroke: 'var(--ink)', 'stroke-dasharray': '4 3' }),
      );
    else if (one.children.length) made.push(...(await partsOf(figure, one, place)));
    else if (one.textContent) {
      const { color, fontSize, fontWeight } = getComputedStyle(one);
      const look = {
        x,
        y: y + height / 2,
        dy: '.35em',
        fill: color,
        'font-size': fontSize,
        'font-weight': fontWeight,
      };
      made.push(element('text', look, one.textContent));
    }
  }
  return made;
}

/** What a canvas shows as paths; null where they would be too long, or nobody can tell.
 * @param {Figure} figure @param {HTMLCanvasElement} canvas */
async function pathsOf(figure, canvas) {
  const vectors = figure.vectors(canvas);
  if (!vectors) return null;
  const g = new SvgContext(canvas.width, canvas.height);
  await inSlices(vectors.draw(/** @type {any} */ (g)), () => g.length <= MOST);
  if (g.length > MOST) return null;
  g.group.setAttribute('transform', `scale(${1 / vectors.ratio})`);
  return g.group;
}

/**
 * The picture as a text that needs nothing of the page: its tokens are filled in, and colours are as all programs read
 * them.
 * @param {SVGElement} svg
 * @param {Figure} figure
 */
function finished(svg, figure) {
  const style = getComputedStyle(figure);
  /** @type {Map<string, string>} */
  const known = new Map();
  const token = (/** @type {string} */ name) => {
    let value = known.get(name);
    if (value === undefined) known.set(name, (value = style.getPropertyValue(name).trim().replaceAll('"', "'")));
    return value;
  };
  const hex = (/** @type {string} */ part) => Math.round(Number(part)).toString(16).padStart(2, '0');
  return (
    new XMLSerializer()
      .serializeToString(svg)
      // As an attribute of an element the page's policy would refuse it.
      .replace('<svg ', '<svg style="font-variant-numeric:tabular-nums" ')
      .replaceAll(/<!--[^]*?-->/g, '')
      .replaceAll(/var\((--[\w-]+)\)/g, (_, name) => token(name))
      .replaceAll(/rgb\((\d+),? (\d+),? (\d+)\)/g, (_, ...parts) => `#${parts.slice(0, 3).map(hex).join('')}`)
  );
}

/** @param {Picture} picture @returns {Promise<Blob>} */
export async function pngOf({ svg, width, height }) {
  const image = new Image(width, height);
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = Object.assign(document.createElement('canvas'), { width: RATIO * width, height: RATIO * height });
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the browser made no PNG'))), 'image/png'),
  );
}
