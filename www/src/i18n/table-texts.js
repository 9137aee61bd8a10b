/** The parts of a table's row that are texts in both languages. */
const PARTS = ['label', 'help', 'title', 'about'];

/**
 * The texts of a table, `{en, ko}` each, in a fixed order.
 * @param {any[]} rows
 * @returns {Generator<Record<string, string>>}
 */
export function* textsIn(rows) {
  for (const row of rows) for (const part of PARTS) if (row[part]) yield row[part];
}
