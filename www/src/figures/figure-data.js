/**
 * What a figure shows, as a table: beside the picture, and as a file.
 *
 * @typedef {object} Column
 * @property {string} key its name in the file, which is the document's in every language
 * @property {string} label its name on the page
 * @property {boolean} [num] whether it holds numbers
 * @property {boolean} [minor] whether it gives way where there is little room
 * @property {boolean} [filed] whether it stands in the file alone
 * @property {(row: any) => unknown} text a cell as the page writes it
 * @property {(row: any) => unknown} value a cell as the document has it
 *
 * @typedef {object} FigureData
 * @property {string} caption
 * @property {Column[]} columns
 * @property {any[]} rows those that the page shows
 * @property {() => Iterable<any>} all those of the file
 * @property {(row: any) => boolean} [isMarked]
 *
 * @typedef {{mark: unknown, text: string, title?: string}} Key a mark as a template of an `svg` of 10 × 10, and what
 *   it stands for
 * @typedef {{text: string, title: string, low: string, high: string, color?: (share: number) => string}} Legend of the
 *   scale of colours, best first; `color` from best (0) to worst (1) where it is none of scores
 *
 * @typedef {import('../study/types.js').SaveKind} SaveKind
 *
 * @typedef {object} Pictured what a picture asks of a figure
 * @property {import('../state/store.js').Store} store
 * @property {string} title
 * @property {string} file what its files are called
 * @property {string} pictureTitle what it is of, for those who see nothing else
 * @property {Legend | null} pictureLegend
 * @property {string} upTitle the name of the vertical axis, where the plot does not have it
 * @property {() => string} heading
 * @property {() => string} summary
 * @property {() => Key[]} pictureKeys
 * @property {() => FigureData} data
 * @property {() => FigureData} shownData what of the data stands on the page
 * @property {() => object | null} document what it is saved as in JSON
 * @property {(canvas: HTMLCanvasElement) => {ratio: number, draw: (g: CanvasRenderingContext2D) => Generator} | null}
 *   vectors what a canvas shows, drawn on something that writes SVG; null takes the pixels
 * @property {(canvas: HTMLCanvasElement) => Promise<HTMLCanvasElement | null> | null} still another
 *   canvas to take them from
 */

/** What a spreadsheet would take for a formula. @param {unknown} value */
const isFormula = (value) => typeof value === 'string' && /^[=+\-@\t\r]/.test(value) && Number.isNaN(Number(value));

/** A cell of a file: all digits of numbers, lists as JSON, quotes where they are needed, nothing for nothing; words
 * that begin like a formula have an apostrophe in front, which spreadsheets take for "text".
 * @param {unknown} value */
export function cellOf(value) {
  if (value === undefined || value === null) return '';
  const plain = typeof value === 'object' ? JSON.stringify(value) : String(value);
  const text = isFormula(value) ? `'${plain}` : plain;
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The lines of a CSV file (RFC 4180), the names of the columns first, each with its end.
 * @param {Pick<FigureData, 'columns' | 'all'>} data @returns {Generator<string>} */
export function* linesOf({ columns, all }) {
  yield `${columns.map((one) => cellOf(one.key)).join(',')}\r\n`;
  for (const row of all()) yield `${columns.map((one) => cellOf(one.value(row))).join(',')}\r\n`;
}

/** A cell between tabs, which has no quotes: spreadsheets take lines and tabs for the next cell.
 * @param {unknown} value */
const tabbed = (value) =>
  typeof value === 'number' && !Number.isFinite(value)
    ? ''
    : cellOf(value)
        .replace(/^"(.*)"$/s, (_, text) => text.replaceAll('""', '"'))
        .replace(/[\t\r\n]+/g, ' ');

/** The lines for a spreadsheet, the names of the columns as the page writes them first.
 * @param {Pick<FigureData, 'columns' | 'all'>} data @returns {Generator<string>} */
export function* tabbedLinesOf({ columns, all }) {
  yield `${columns.map((one) => tabbed(one.label)).join('\t')}\n`;
  for (const row of all()) yield `${columns.map((one) => tabbed(one.value(row))).join('\t')}\n`;
}
