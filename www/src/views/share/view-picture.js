import { FigurePart } from '../../figures/figure.js';
import { element } from '../../figures/plot-axes.js';
import { pictureOf, wrapped } from '../../figures/picture.js';

/**
 * All figures of the view that is open as one picture, in the order of the page, below the study's words.
 *
 * @typedef {import('../../figures/picture.js').Picture} Picture
 * @typedef {{title: string, question: string, about: string}} Words
 */

const MARGIN = 16;
const GAP = 8;
/** Figures whose tops differ by less, in px, stand in one row. */
const ROW = 40;

/** The figures of the view that have something to save. @param {ParentNode} root @returns {FigurePart[]} */
export const figuresOf = (root) =>
  [...root.querySelectorAll('#view *')].filter(
    /** @returns {one is FigurePart} */ (one) => one instanceof FigurePart && one.savable,
  );

/** What a figure is saved as. @param {FigurePart} figure */
export const savesOf = (figure) => /** @type {typeof FigurePart} */ (figure.constructor).saves.flat();

/** @param {FigurePart} figure */
export const isPicture = (figure) => savesOf(figure).includes('svg');

/** @param {FigurePart[]} figures that are pictures, at least one @param {Words} words @returns {Promise<Picture>} */
export async function pictureOfView(figures, { title, question, about }) {
  /** @type {{top: number, height: number, width: number, parts: {x: number, picture: Picture}[]}[]} */
  const rows = [];
  for (const figure of figures) {
    const { top } = figure.getBoundingClientRect();
    const picture = await pictureOf(figure);
    const last = rows.at(-1);
    const row = last && Math.abs(last.top - top) < ROW ? last : { top, height: 0, width: 0, parts: [] };
    if (row !== last) rows.push(row);
    row.parts.push({ x: row.width, picture });
    row.width += picture.width + GAP;
    row.height = Math.max(row.height, picture.height);
  }
  const width = Math.max(...rows.map((row) => row.width)) - GAP;
  const style = getComputedStyle(figures[0]);
  const token = (/** @type {string} */ name) => style.getPropertyValue(name).trim().replaceAll('"', "'");
  const svg = element('svg', { xmlns: 'http://www.w3.org/2000/svg', width, 'font-family': token('--font') });
  const pen = /** @type {CanvasRenderingContext2D} */ (document.createElement('canvas').getContext('2d'));
  let y = MARGIN;
  const write = (/** @type {string} */ text, /** @type {number} */ size, /** @type {string} */ ink, weight = 400) => {
    pen.font = `${weight} ${size}px ${style.fontFamily}`;
    for (const line of text ? wrapped(text, width - 2 * MARGIN, (one) => pen.measureText(one).width) : []) {
      y += Math.round(1.35 * size);
      const look = { x: MARGIN, y, fill: token(ink), 'font-size': size, 'font-weight': weight };
      svg.append(element('text', look, line));
    }
  };
  svg.append(element('title', {}, [title, question].filter(Boolean).join(' – ') || about));
  write(title, 18, '--ink', 600);
  write(question, 15, '--ink');
  write(about, 12, '--ink-2');
  y += GAP;
  /** @type {string[]} */
  const nested = [];
  for (const row of rows) {
    for (const { x, picture } of row.parts) nested.push(picture.svg.replace('<svg ', `<svg x="${x}" y="${y}" `));
    y += row.height;
  }
  svg.setAttribute('height', String(y));
  svg.setAttribute('viewBox', `0 0 ${width} ${y}`);
  svg.prepend(element('rect', { width, height: y, fill: token('--surface') }));
  const text = new XMLSerializer().serializeToString(svg);
  return { svg: text.replace(/<\/svg>$/, `${nested.join('')}</svg>`), width, height: y };
}
