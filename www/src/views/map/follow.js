/** Where a map is not left alone: its pixels are on their way. */
const MOVING = ['planning', 'training', 'waiting'];

/** Whether a map that nobody has trained is of another study than the page's. Pure.
 * @param {Pick<import('../../state/map.js').MapSlice, 'options' | 'done' | 'state' | 'key'>} map
 * @param {string} key of the study */
export const isLeftBehind = (map, key) =>
  map.options !== null && !map.done && !MOVING.includes(map.state) && (map.key !== key || map.state === 'none');
